/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "model.h"

/*
 * The status icon and its menu: draws a model, tells what people do. One file per way to have an
 * icon implements it; meson chooses. Main thread, after GTK is up.
 */
typedef struct _AkinIndicator AkinIndicator;

typedef struct {
    /* A row was activated; it says what the model said. The row is valid during the call. */
    void (*activated)(const AkinRow *row, gpointer user_data);
    /* The menu opens. An update that comes soon is still seen. */
    void (*opened)(gpointer user_data);
    /* There is no place for the icon on this desktop; called at most once, some seconds after the
     * start, because at login the panel may come later than we do. */
    void (*homeless)(gpointer user_data);
} AkinIndicatorEvents;

/* icons: the folder with hicolor/symbolic/apps/akin-*-symbolic.svg, for panels that do not find
 * it themselves. events must outlive the indicator. */
AkinIndicator *
akin_indicator_new(const char *icons, const AkinIndicatorEvents *events, gpointer user_data);
void akin_indicator_free(AkinIndicator *indicator);

/*
 * Shows this model, changing only what is different, and puts checks right that were clicked and
 * refused. Takes the model.
 */
void akin_indicator_update(AkinIndicator *indicator, AkinModel *model);

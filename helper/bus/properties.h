/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "controller.h"

/*
 * The properties of org.akin.Helper1, made from the controller's state and remembered, so that
 * only those that differ are told.
 */
typedef struct _AkinProperties AkinProperties;

AkinProperties *akin_properties_new(AkinController *controller);
void akin_properties_free(AkinProperties *properties);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AkinProperties, akin_properties_free)

/*
 * The answer to the methods Get and GetAll of org.freedesktop.DBus.Properties, as of the last
 * update; may be floating. NULL: there is no such property, which GDBus has checked before.
 */
GVariant *
akin_properties_answer(AkinProperties *properties, const char *method, GVariant *parameters);

/*
 * Makes all of them anew. Returns the parameters of the signal PropertiesChanged with those that
 * differ, floating; NULL when none does.
 */
GVariant *akin_properties_update(AkinProperties *properties);

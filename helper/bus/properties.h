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

/* As of the last update; a new reference, NULL for an unknown name. */
GVariant *akin_properties_get(const AkinProperties *properties, const char *name);

/*
 * Makes all of them anew. Returns the parameters of the signal PropertiesChanged with those that
 * differ, floating; NULL when none does.
 */
GVariant *akin_properties_update(AkinProperties *properties);

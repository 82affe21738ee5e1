/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <gio/gio.h>

#include "controller.h"
#include "rights.h"

/*
 * The methods of org.akin.Helper1: words in, a call of the controller, words out. The interface
 * itself is described in org.akin.Helper1.xml.
 */
typedef struct {
    const char *name;
    AkinRight right;

    /*
     * parameters have the type that the interface says. Returns the answer, floating, NULL when
     * the method has none; or NULL with error set.
     */
    GVariant *(*run)(AkinController *controller, GVariant *parameters, GError **error);
} AkinMethod;

/*
 * NULL for a name that is not listed: such a method does not exist, whatever the XML says. (But
 * for MayControl, which is about the caller: calls.c.)
 */
const AkinMethod *akin_method_find(const char *name);

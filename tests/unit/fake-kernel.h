/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "engine.h"

/*
 * Stand-ins for all that a controller asks of this computer, so that whoever runs a test keeps his
 * rules and switches: an engine with a kernel of its own, which does as it is told; and the
 * switches of forwarding.h. These take the real ones' place by their names, hence fake-kernel.c is
 * compiled into a program and does not stand in a library.
 */
typedef struct {
    AkinEngine parent;

    /* Set by the test, at any time; all zero, which is how it begins: everything goes well. */
    gboolean refuses;                            /* apply and remove fail, and change nothing */
    gboolean check_fails;                        /* so does check */
    gboolean tampered;                           /* somebody else has changed the rules */
    gboolean list_fails;                         /* nobody says what others' rules are: none */
    void (*describes)(AkinSituation *situation); /* what it can do; NULL: nothing */
    void (*meanwhile)(gpointer data);            /* happens once, while rules are loaded */
    gpointer meanwhile_data;

    /* What it holds, for the test to look at. */
    gboolean holds;
    gboolean forgotten;         /* the next rules are loaded, even if it holds them already */
    guint interfaces, forwards; /* of the ruleset; and so is nat */
    AkinNatMode nat;
    guint loads; /* so far */
} FakeKernel;

/* Takes lock, NULL for none. Freed as any engine: the controller that takes &kernel->parent does
 * it. */
FakeKernel *fake_kernel_new(AkinLock *lock);

/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "desk.h"

/*
 * A dialog that asks for one change: it sends it, stays with what was typed while the helper
 * thinks and when it refuses, says why then, and destroys itself in the end. What is asked for is
 * of the subclass, whose .ui file fills the internal child "form".
 */
#define AKIN_TYPE_FORM_DIALOG (akin_form_dialog_get_type())
G_DECLARE_DERIVABLE_TYPE(AkinFormDialog, akin_form_dialog, AKIN, FORM_DIALOG, GtkDialog)

struct _AkinFormDialogClass {
    GtkDialogClass parent_class;
    /* Whether what is typed can be sent. */
    gboolean (*is_right)(AkinFormDialog *dialog);
    /* The change: a method of the helper, static, and its arguments, floating. */
    const char *(*read)(AkinFormDialog *dialog, GVariant **args);
};

/* verb: the label of the button that sends, with a mnemonic. */
void akin_form_dialog_start(AkinFormDialog *dialog, AkinDesk *desk, const char *verb);

AkinDesk *akin_form_dialog_get_desk(AkinFormDialog *dialog);

/* Something was typed: looks again whether it is right. */
void akin_form_dialog_check(AkinFormDialog *dialog);

/* SPDX-License-Identifier: BSD-2-Clause */
#include "word-list.h"

#include <glib/gi18n.h>

#include "build.h"
#include "guard.h"

struct _AkinWordList {
    GtkBox parent;
    GtkContainer *rows;
    GtkEntry *entry;
    GtkLabel *wrong;
    GtkWidget *add_button, *add_row;
    AkinCheck check;
    const char *remove_label;
    AkinWordListAsk add, remove;
    gpointer data;
    GVariant *words; /* as; NULL until they are shown */
    char *sent;      /* the word that is to be added; NULL: none is */
    AkinGuard guard;
};

G_DEFINE_TYPE(AkinWordList, akin_word_list, GTK_TYPE_BOX)

enum { PROP_PLACEHOLDER = 1, PROP_ENTRY_NAME };

static gboolean
has(AkinWordList *list, const char *text)
{
    g_autofree char *word = akin_check_trim(text);
    g_autofree const char **words = list->words ? g_variant_get_strv(list->words, NULL) : NULL;
    return words && g_strv_contains(words, word);
}

static char *
what_is_wrong(AkinWordList *list, const char *text)
{
    if (*text == '\0')
        return NULL;
    return has(list, text) ? g_strdup(_("This is in the list already.")) : list->check(text);
}

static void
on_entry_changed(AkinWordList *list)
{
    const char *text = gtk_entry_get_text(list->entry);
    g_autofree char *wrong = what_is_wrong(list, text);
    gtk_label_set_text(list->wrong, wrong ? wrong : "");
    gtk_widget_set_visible(GTK_WIDGET(list->wrong), wrong != NULL);
    gtk_widget_set_sensitive(list->add_button, *text && !wrong && list->guard.under_way == 0);
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(list->entry)),
                               wrong ? wrong : "");
}

/* The sentence below the entry appears while somebody writes: it must not do so out of sight. */
static void
on_add_row_allocated(GtkWidget *row, GtkAllocation *allocation, gpointer data)
{
    AkinWordList *list = data;
    GtkWidget *viewport = gtk_widget_get_ancestor(row, GTK_TYPE_VIEWPORT);
    GtkWidget *content = viewport ? gtk_bin_get_child(GTK_BIN(viewport)) : NULL;
    int top;
    if (!content || !gtk_widget_has_focus(GTK_WIDGET(list->entry)) ||
        !gtk_widget_translate_coordinates(row, content, 0, 0, NULL, &top))
        return;
    gtk_adjustment_clamp_page(gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(viewport)), top,
                              top + allocation->height);
}

static void
on_add(AkinWordList *list)
{
    if (!gtk_widget_get_sensitive(list->add_button))
        return;
    list->sent = akin_check_trim(gtk_entry_get_text(list->entry));
    akin_word_list_begin(list);
    list->add(list, list->sent, list->data);
}

static void
activate_remove(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    AkinWordList *list = data;
    (void) action;
    akin_word_list_begin(list);
    list->remove(list, g_variant_get_string(parameter, NULL), list->data);
}

static const GActionEntry actions[] = {
    {.name = "remove", .activate = activate_remove, .parameter_type = "s"},
};

static void
add_word(AkinWordList *list, const char *word, gboolean removable)
{
    g_autofree char *name = g_strdup_printf(list->remove_label, word);
    GtkWidget *row = akin_build_row(word, NULL);
    gtk_container_add(list->rows, row);
    if (removable)
        akin_build_row_append(row,
                              akin_build_action_button("user-trash-symbolic", name, "words.remove",
                                                       g_variant_new_string(word)));
}

void
akin_word_list_show(AkinWordList *list, GVariant *words, gboolean may_change, gboolean keep_one)
{
    gsize count = g_variant_n_children(words);
    if (!akin_build_begin(list->rows, g_variant_new("(bb@as)", may_change, keep_one, words)))
        return;
    akin_guard_rest(&list->guard, GTK_WIDGET(list));
    g_clear_pointer(&list->words, g_variant_unref);
    list->words = g_variant_ref(words);
    for (gsize i = 0; i < MIN(count, AKIN_BUILD_MOST_ROWS); i++) {
        const char *word;
        g_variant_get_child(words, i, "&s", &word);
        add_word(list, word, may_change && (count > 1 || !keep_one));
    }
    akin_build_add_more(list->rows, count);
    gtk_widget_set_visible(GTK_WIDGET(list->rows), count > 0);
    /* Not :first-child: GTK does not look again when a sibling is shown. */
    if (count > 0)
        akin_build_add_class(list->add_row, "akin-below");
    else
        gtk_style_context_remove_class(gtk_widget_get_style_context(list->add_row), "akin-below");
    gtk_widget_set_sensitive(list->add_row, may_change);
    on_entry_changed(list);
}

void
akin_word_list_begin(AkinWordList *list)
{
    akin_guard_begin(&list->guard);
    on_entry_changed(list);
}

gboolean
akin_word_list_is_busy(AkinWordList *list)
{
    return list->guard.under_way > 0;
}

/* The entry is for the next word then, which somebody may have begun to write already. */
void
akin_word_list_done(GtkWidget *widget, const GError *error)
{
    AkinWordList *list = AKIN_WORD_LIST(widget);
    g_autofree char *sent = g_steal_pointer(&list->sent);
    akin_guard_end(&list->guard);
    if (!list->entry)
        return; /* the window is gone */
    g_autofree char *word = akin_check_trim(gtk_entry_get_text(list->entry));
    if (!error && g_strcmp0(word, sent) == 0)
        gtk_entry_set_text(list->entry, "");
    on_entry_changed(list);
}

void
akin_word_list_set_up(AkinWordList *list, AkinCheck check, const char *remove_label,
                      AkinWordListAsk add, AkinWordListAsk remove, gpointer data)
{
    list->check = check;
    list->remove_label = remove_label;
    list->add = add;
    list->remove = remove;
    list->data = data;
}

/* --- The widget ------------------------------------------------------------------------------- */

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    AkinWordList *list = AKIN_WORD_LIST(object);
    if (id == PROP_PLACEHOLDER)
        gtk_entry_set_placeholder_text(list->entry, g_value_get_string(value));
    else if (id == PROP_ENTRY_NAME)
        akin_build_name(GTK_WIDGET(list->entry), g_value_get_string(value));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
dispose(GObject *object)
{
    akin_guard_clear(&AKIN_WORD_LIST(object)->guard);
    G_OBJECT_CLASS(akin_word_list_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    g_free(AKIN_WORD_LIST(object)->sent);
    g_clear_pointer(&AKIN_WORD_LIST(object)->words, g_variant_unref);
    G_OBJECT_CLASS(akin_word_list_parent_class)->finalize(object);
}

static void
akin_word_list_class_init(AkinWordListClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
    G_OBJECT_CLASS(class)->set_property = set_property;
    G_OBJECT_CLASS(class)->dispose = dispose;
    G_OBJECT_CLASS(class)->finalize = finalize;
    g_object_class_install_property(G_OBJECT_CLASS(class), PROP_PLACEHOLDER,
                                    g_param_spec_string("placeholder", NULL, NULL, "", flags));
    g_object_class_install_property(G_OBJECT_CLASS(class), PROP_ENTRY_NAME,
                                    g_param_spec_string("entry-name", NULL, NULL, "", flags));
    gtk_widget_class_set_template_from_resource(widget_class, "/org/akin/ui/word-list.ui");
    gtk_widget_class_bind_template_child(widget_class, AkinWordList, rows);
    gtk_widget_class_bind_template_child(widget_class, AkinWordList, entry);
    gtk_widget_class_bind_template_child(widget_class, AkinWordList, wrong);
    gtk_widget_class_bind_template_child(widget_class, AkinWordList, add_button);
    gtk_widget_class_bind_template_child(widget_class, AkinWordList, add_row);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_add);
    gtk_widget_class_bind_template_callback(widget_class, on_add_row_allocated);
}

static void
akin_word_list_init(AkinWordList *list)
{
    g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
    gtk_widget_init_template(GTK_WIDGET(list));
    g_action_map_add_action_entries(G_ACTION_MAP(group), actions, G_N_ELEMENTS(actions), list);
    gtk_widget_insert_action_group(GTK_WIDGET(list), "words", G_ACTION_GROUP(group));
    akin_guard_set_up(&list->guard, G_ACTION_MAP(group), "remove");
}

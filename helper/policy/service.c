/* SPDX-License-Identifier: BSD-2-Clause */
#include "service.h"

#include <string.h>

#include "catalogue-resource.h"
#include "error.h"
#include "names.h"
#include "ports.h"

#define NAME_MAX_LENGTH 31
#define TITLE_MAX_LENGTH 200

static gboolean
name_is_valid(const char *name)
{
    gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length <= NAME_MAX_LENGTH && name[length] == '\0' && name[0] != '-';
}

/* Persian and emoji need the two joiners (U+200C, U+200D); other invisible letters deceive. */
static gboolean
letter_is_valid(gunichar letter)
{
    GUnicodeType type = g_unichar_type(letter);
    return letter == 0x200c || letter == 0x200d ||
           (g_unichar_isprint(letter) && type != G_UNICODE_LINE_SEPARATOR &&
            type != G_UNICODE_PARAGRAPH_SEPARATOR);
}

static gboolean
title_is_valid(const char *title)
{
    if (!g_utf8_validate(title, -1, NULL))
        return FALSE;
    glong length = g_utf8_strlen(title, -1);
    if (length < 1 || length > TITLE_MAX_LENGTH)
        return FALSE;
    for (const char *c = title; *c; c = g_utf8_next_char(c)) {
        if (!letter_is_valid(g_utf8_get_char(c)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_words(const char *name, const char *title, GError **error)
{
    if (!name_is_valid(name)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "not a service name; use 1 to %d of a-z, 0-9 and -", NAME_MAX_LENGTH);
        return FALSE;
    }
    if (!title_is_valid(title)) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "not a title; use 1 to %d printable characters on one line", TITLE_MAX_LENGTH);
        return FALSE;
    }
    return TRUE;
}

AkinService *
akin_service_new(const char *name, const char *title, const char *out, const char *in,
                 GError **error)
{
    if (!title)
        title = name;
    if (!check_words(name, title, error))
        return NULL;
    g_autoptr(GArray) out_ports = akin_ports_parse(out, error);
    if (!out_ports)
        return NULL;
    g_autoptr(GArray) in_ports = akin_ports_parse(in, error);
    if (!in_ports)
        return NULL;
    if (out_ports->len == 0 && in_ports->len == 0) {
        g_set_error(error, AKIN_ERROR, AKIN_ERROR_INVALID_ARGUMENT,
                    "service %s has no ports; give it outgoing ports (out), incoming ones (in) or "
                    "both, like tcp:8000",
                    name);
        return NULL;
    }

    AkinService *service = g_atomic_rc_box_new0(AkinService);
    service->name = g_strdup(name);
    service->title = g_strdup(title);
    service->group = g_strdup("own");
    service->about = g_strdup("");
    service->out = g_steal_pointer(&out_ports);
    service->in = g_steal_pointer(&in_ports);
    service->own = TRUE;
    return service;
}

AkinService *
akin_service_ref(AkinService *service)
{
    return g_atomic_rc_box_acquire(service);
}

static void
service_clear(gpointer data)
{
    AkinService *service = data;
    g_free(service->name);
    g_free(service->title);
    g_free(service->group);
    g_free(service->about);
    g_array_unref(service->out);
    g_array_unref(service->in);
}

void
akin_service_unref(AkinService *service)
{
    g_atomic_rc_box_release_full(service, service_clear);
}

static gboolean
ports_equal(const GArray *a, const GArray *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->data, b->data, a->len * sizeof(AkinPortRange)) == 0);
}

gboolean
akin_service_equal(const AkinService *a, const AkinService *b)
{
    return a == b ||
           (a->own == b->own && strcmp(a->name, b->name) == 0 && strcmp(a->title, b->title) == 0 &&
            strcmp(a->group, b->group) == 0 && strcmp(a->about, b->about) == 0 &&
            ports_equal(a->out, b->out) && ports_equal(a->in, b->in));
}

guint
akin_service_offers(const AkinService *service)
{
    return (service->out->len ? AKIN_OUTGOING : 0) | (service->in->len ? AKIN_INCOMING : 0);
}

const GArray *
akin_service_ports(const AkinService *service, guint direction)
{
    return direction == AKIN_OUTGOING ? service->out : service->in;
}

/* A string of the catalogue, or fallback where the key is absent. */
static char *
catalogue_string(GKeyFile *file, const char *name, const char *key, const char *fallback)
{
    char *value = g_key_file_get_string(file, name, key, NULL);
    return value ? value : g_strdup(fallback);
}

/* The catalogue is ours: an error in it is a bug, found by the first test that runs. */
static AkinService *
catalogue_service(GKeyFile *file, const char *name)
{
    g_autofree char *title = catalogue_string(file, name, "title", name);
    g_autofree char *out = catalogue_string(file, name, "out", "");
    g_autofree char *in = catalogue_string(file, name, "in", "");
    g_autofree char *defaults = catalogue_string(file, name, "default", "");
    g_autoptr(GError) error = NULL;

    AkinService *service = akin_service_new(name, title, out, in, &error);
    if (!service)
        g_error("service catalogue, [%s]: %s", name, error->message);
    g_free(service->group);
    g_free(service->about);
    service->group = catalogue_string(file, name, "group", "system");
    service->about = catalogue_string(file, name, "about", "");
    service->own = FALSE;
    if (strstr(defaults, "out"))
        service->defaults |= AKIN_OUTGOING;
    if (strstr(defaults, "in"))
        service->defaults |= AKIN_INCOMING;
    return service;
}

static GPtrArray *
read_catalogue(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GBytes) text =
        g_resource_lookup_data(akin_catalogue_get_resource(), "/org/akin/catalogue.ini",
                               G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
    if (!text || !g_key_file_load_from_bytes(file, text, G_KEY_FILE_NONE, &error))
        g_error("service catalogue: %s", error->message);

    GPtrArray *services = g_ptr_array_new_with_free_func((GDestroyNotify) akin_service_unref);
    g_auto(GStrv) names = g_key_file_get_groups(file, NULL);
    for (guint i = 0; names[i]; i++)
        g_ptr_array_add(services, catalogue_service(file, names[i]));
    return services;
}

GPtrArray *
akin_catalogue(void)
{
    static GPtrArray *catalogue;
    if (g_once_init_enter(&catalogue))
        g_once_init_leave(&catalogue, read_catalogue());
    return catalogue;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

#include <string.h>

/* The fixed part of a header as it goes over the wire. */
static GByteArray *
head(char order, guint32 body, guint32 fields)
{
    guint32 numbers[] = {body, 1, fields};
    guint8 begin[] = {(guint8) order, 1, 0, 1};
    GByteArray *bytes = g_byte_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        numbers[i] = order == 'B' ? GUINT32_TO_BE(numbers[i]) : GUINT32_TO_LE(numbers[i]);
    g_byte_array_append(bytes, begin, sizeof begin);
    g_byte_array_append(bytes, (const guint8 *) numbers, sizeof numbers);
    return bytes;
}

/* A whole message; what is behind its head could be taken for heads of impossible messages. */
static GByteArray *
message(char order, guint32 body, guint32 fields)
{
    GByteArray *bytes = head(order, body, fields);
    guint from = bytes->len;
    g_byte_array_set_size(bytes, from + (fields + 7) / 8 * 8 + body);
    memset(bytes->data + from, 0xff, bytes->len - from);
    return bytes;
}

static gboolean
takes(AkinFrame *frame, const GByteArray *bytes)
{
    const char *offence = NULL;
    gboolean taken = akin_frame_feed(frame, bytes->data, bytes->len, &offence);
    g_assert_cmpint(taken, ==, offence == NULL);
    return taken;
}

static gboolean
feed_in_steps(const GByteArray *bytes, gsize step)
{
    AkinFrame frame = {.max = AKIN_FRAME_MAX};
    const char *offence;
    for (gsize at = 0; at < bytes->len; at += step) {
        if (!akin_frame_feed(&frame, bytes->data + at, MIN(step, bytes->len - at), &offence))
            return FALSE;
    }
    return TRUE;
}

static void
append(GByteArray *to, GByteArray *message)
{
    g_byte_array_append(to, message->data, message->len);
    g_byte_array_unref(message);
}

static void
test_messages_however_they_come(void)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    append(stream, message('l', 0, 0));
    append(stream, message('l', 17, 109));
    append(stream, message('B', 3000, 12));
    append(stream, message('l', 1, 0));
    append(stream, message('B', 0, AKIN_FRAME_FIELDS_MAX));
    for (gsize step = 1; step < 40; step++)
        g_assert_true(feed_in_steps(stream, step));
    g_assert_true(feed_in_steps(stream, stream->len));
    /* Only when it is known where a message begins can the next one be seen to be none. */
    append(stream, message('x', 0, 0));
    for (gsize step = 1; step < 40; step++)
        g_assert_false(feed_in_steps(stream, step));
}

static void
check_head(char order, guint32 body, guint32 fields, gboolean taken)
{
    AkinFrame frame = {.max = AKIN_FRAME_MAX};
    g_autoptr(GByteArray) bytes = head(order, body, fields);
    g_assert_cmpint(takes(&frame, bytes), ==, taken);
}

static void
test_sizes(void)
{
    for (const char *order = "lB"; *order; order++) {
        check_head(*order, AKIN_FRAME_MAX - 16, 0, TRUE);
        check_head(*order, AKIN_FRAME_MAX - 15, 0, FALSE);
        check_head(*order, AKIN_FRAME_MAX - 16 - 8, 1, TRUE);
        check_head(*order, AKIN_FRAME_MAX - 16 - 7, 1, FALSE);
        check_head(*order, 0, AKIN_FRAME_FIELDS_MAX, TRUE);
        check_head(*order, 0, AKIN_FRAME_FIELDS_MAX + 1, FALSE);
        check_head(*order, G_MAXUINT32, 0, FALSE);
        check_head(*order, 0, G_MAXUINT32, FALSE);
        check_head(*order, G_MAXUINT32, G_MAXUINT32, FALSE);
    }
}

static void
test_no_message(void)
{
    AkinFrame frame = {.max = AKIN_FRAME_MAX};
    g_autoptr(GByteArray) bytes = head('l', 0, 0);
    check_head('\0', 0, 0, FALSE);
    check_head('L', 0, 0, FALSE);
    bytes->data[3] = 2;
    g_assert_false(takes(&frame, bytes));
}

static void
test_no_call(void)
{
    for (guint type = 0; type < 256; type++) {
        AkinFrame frame = {.max = AKIN_FRAME_MAX};
        g_autoptr(GByteArray) bytes = head('l', 0, 0);
        bytes->data[1] = (guint8) type;
        g_assert_cmpint(takes(&frame, bytes), ==, type == 1);
    }
}

static void
test_sizes_of_strangers(void)
{
    for (guint32 above = 0; above < 2; above++) {
        AkinFrame frame = {.max = AKIN_FRAME_STRANGERS_MAX};
        g_autoptr(GByteArray) bytes = head('l', AKIN_FRAME_STRANGERS_MAX - 16 + above, 0);
        g_assert_cmpint(takes(&frame, bytes), ==, above == 0);
    }
}

/* An answer to it could be told from none. */
static void
test_no_serial(void)
{
    AkinFrame frame = {.max = AKIN_FRAME_MAX};
    g_autoptr(GByteArray) bytes = head('l', 0, 0);
    bytes->data[8] = 0;
    g_assert_false(takes(&frame, bytes));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/messages-however-they-come", test_messages_however_they_come);
    g_test_add_func("/frame/sizes", test_sizes);
    g_test_add_func("/frame/no-message", test_no_message);
    g_test_add_func("/frame/no-serial", test_no_serial);
    g_test_add_func("/frame/no-call", test_no_call);
    g_test_add_func("/frame/sizes-of-strangers", test_sizes_of_strangers);
    return g_test_run();
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "netlink-samples.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

const char netlink_captured_links[] =
    "SAAAABAAAgABAAAAvyYAAAAABAMBAAAASQABAAAAAAAHAAMAbG8AAAgABAAAAAEACgABAAAAAAAAAAAACgACAAAA"
    "AAAAAAAATAAAABAAAgABAAAAvyYAAAAAAQACAAAAAxAAAAAAAAAKAAMAYWtpbjAAAAAIAAQA3AUAAAoAAQACAAAA"
    "AAEAAAoAAgD///////8AAFAAAAAQAAIAAQAAAL8mAAAAAAEAAwAAAEMQAQAAAAAABwADAHAwAAAIAAQA3AUAAAoA"
    "AQCqJ7bIthcAAAoAAgD///////8AAAgABQAEAAAAVAAAABAAAgABAAAAvyYAAAAAAQAEAAAAQxABAAAAAAAJAAMA"
    "ZXRoMAAAAAAIAAQA3AUAAAoAAQDquhx1fLsAAAoAAgD///////8AAAgABQADAAAAUAAAABAAAgABAAAAvyYAAAAA"
    "AQAFAAAAQxABAAAAAAAHAAMAcDEAAAgABADcBQAACgABABZa4QAcrgAACgACAP///////wAACAAFAAYAAABUAAAA"
    "EAACAAEAAAC/JgAAAAABAAYAAABDEAEAAAAAAAkAAwBldGgxAAAAAAgABADcBQAACgABABYuAYeStAAACgACAP//"
    "/////wAACAAFAAUAAAAUAAAAAwACAAEAAAC/JgAAAAAAAA==";

const char netlink_captured_addresses[] =
    "TAAAABQAAgABAAAAvyYAAAIIgP4BAAAACAABAH8AAAEIAAIAfwAAAQcAAwBsbwAACAAIAIAAAAAUAAYA////////"
    "//973QIAe90CAFAAAAAUAAIAAQAAAL8mAAACGIAAAgAAAAgAAQDAqDgBCAACAMCoOAEKAAMAYWtpbjAAAAAIAAgA"
    "gAAAABQABgD//////////33dAgB93QIAUAAAABQAAgABAAAAvyYAAAIYgAAEAAAACAABAMYzZAIIAAIAxjNkAgkA"
    "AwBldGgwAAAAAAgACACAAAAAFAAGAP//////////fd0CAH3dAgBQAAAAFAACAAEAAAC/JgAAAhiAAAYAAAAIAAEA"
    "CgkABQgAAgAKAAABCQADAGV0aDEAAAAACAAIAIAAAAAUAAYA//////////993QIAfd0CAFAAAAAUAAIAAQAAAL8m"
    "AAAKgID+AQAAABQAAQAAAAAAAAAAAAAAAAAAAAABFAAGAP//////////e90CAHvdAgAIAAgAgAAAAAUACwABAAAA"
    "SAAAABQAAgABAAAAvyYAAApAggACAAAAFAABAP0AAFYAAAAAAAAAAAAAAAEUAAYA//////////993QIAfd0CAAgA"
    "CACCAAAAUAAAABQAAgABAAAAvyYAAApAgP0CAAAAFAABAP6AAAAAAAAAbFgo//7+uaMUAAYA//////////973QIA"
    "e90CAAgACACAAAAABQALAAMAAABIAAAAFAACAAEAAAC/JgAACkCCAAQAAAAUAAEAIAENuAAAAAAAAAAAAAAAAhQA"
    "BgD//////////37dAgB+3QIACAAIAIIAAABQAAAAFAACAAEAAAC/JgAACkCA/QQAAAAUAAEA/oAAAAAAAADouhz/"
    "/nV8uxQABgD//////////3zdAgB83QIACAAIAIAAAAAFAAsAAwAAAFAAAAAUAAIAAQAAAL8mAAAKQID9BgAAABQA"
    "AQD+gAAAAAAAABQuAf/+h5K0FAAGAP//////////fN0CAHzdAgAIAAgAgAAAAAUACwADAAAAFAAAAAMAAgABAAAA"
    "vyYAAAAAAAA=";

const char netlink_captured_routes4[] =
    "NAAAABgAIgABAAAAvyYAAAIBAAD+A/0BAAAAAAgADwD+AAAACAABAAAAAAAIAAQABgAAAEgAAAAYACIAAQAAAL8m"
    "AAACAAAA/gMAAQAAAAAIAA8A/gAAAAgABgBkAAAAHAAJABAAAAAEAAAACAAFAMYzZAEIAAAABgAAADQAAAAYACIA"
    "AQAAAL8mAAACAAAA/gP9AQAAAAAIAA8A/gAAAAgABgBYAgAACAAEAAYAAAAsAAAAGAAiAAEAAAC/JgAAAgAAAP4D"
    "AAcAAAAACAAPAP4AAAAIAAYA/////zwAAAAYACIAAQAAAL8mAAACGAAA/gL9AQAAAAAIAA8A/gAAAAgAAQAKCQAA"
    "CAAHAAoAAAEIAAQABgAAADQAAAAYACIAAQAAAL8mAAACAQAA/gP9AQAAAAAIAA8A/gAAAAgAAQCAAAAACAAEAAYA"
    "AAA8AAAAGAAiAAEAAAC/JgAAAhgAAP4C/QEQAAAACAAPAP4AAAAIAAEAwKg4AAgABwDAqDgBCAAEAAIAAAA8AAAA"
    "GAAiAAEAAAC/JgAAAhgAAP4C/QEAAAAACAAPAP4AAAAIAAEAxjNkAAgABwDGM2QCCAAEAAQAAAA0AAAAGAAiAAEA"
    "AAC/JgAAAhgAAP4D/QEAAAAACAAPAP4AAAAIAAEAywBxAAgABAAEAAAAFAAAAAMAIgABAAAAvyYAAAAAAAA=";

const char netlink_captured_routes6[] =
    "dAAAABgAIgABAAAAvyYAAApAAAD+AgABAAAAAAgADwD+AAAAFAABACABDbgAAAAAAAAAAAAAAAAIAAYAAAEAAAgA"
    "BAAEAAAAJAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQAUAAAAAAB0AAAAGAAiAAEAAAC/JgAA"
    "CkAAAP4CAAEQAAAACAAPAP4AAAAUAAEA/QAAVgAAAAAAAAAAAAAAAAgABgAAAQAACAAEAAIAAAAkAAwAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFABQAAAAAAHQAAAAYACIAAQAAAL8mAAAKQAAA/gIAARAAAAAIAA8A"
    "/gAAABQAAQD+gAAAAAAAAAAAAAAAAAAACAAGAAABAAAIAAQAAgAAACQADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAUAFAAAAAAAdAAAABgAIgABAAAAvyYAAApAAAD+AgABAAAAAAgADwD+AAAAFAABAP6AAAAAAAAA"
    "AAAAAAAAAAAIAAYAAAEAAAgABAAEAAAAJAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQAUAAAA"
    "AAB0AAAAGAAiAAEAAAC/JgAACkAAAP4CAAEAAAAACAAPAP4AAAAUAAEA/oAAAAAAAAAAAAAAAAAAAAgABgAAAQAA"
    "CAAEAAYAAAAkAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFABQAAAAAAJQAAAAYACIAAQAAAL8m"
    "AAAKAAAA/gMAAQAAAAAIAA8A/gAAAAgABgAABAAAPAAJABwAAAAEAAAAFAAFAP6AAAAAAAAAAAAAAAAAAAEcAAAA"
    "BgAAABQABQD+gAAAAAAAAAAAAAAAAAABJAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQAUAAAA"
    "AAB0AAAAGAAiAAEAAAC/JgAACgAAAP4DAAEAAAAACAAPAP4AAAAIAAYA0AcAABQABQD+gAAAAAAAAAAAAAAAAAAC"
    "CAAEAAQAAAAkAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFABQAAAAAABQAAAADACIAAQAAAL8m"
    "AAAAAAAA";

AkinDump
netlink_feed_captured(AkinLinkTable *table, const char *text)
{
    gsize size;
    g_autofree guchar *data = g_base64_decode(text, &size);
    return akin_link_table_feed(table, data, size);
}

GByteArray *
netlink_message_new(guint16 type, const void *header, gsize size)
{
    GByteArray *message = g_byte_array_new();
    struct nlmsghdr head = {.nlmsg_type = type};
    g_byte_array_append(message, (const void *) &head, sizeof head);
    g_byte_array_append(message, header, size);
    return message;
}

void
netlink_put_lying(GByteArray *message, guint16 type, const void *data, gsize size, guint16 length)
{
    static const guint8 padding[RTA_ALIGNTO];
    struct rtattr head = {.rta_type = type, .rta_len = length};
    g_byte_array_append(message, (const void *) &head, sizeof head);
    g_byte_array_append(message, data, size);
    g_byte_array_append(message, padding, RTA_ALIGN(size) - size);
}

void
netlink_put(GByteArray *message, guint16 type, const void *data, gsize size)
{
    netlink_put_lying(message, type, data, size, RTA_LENGTH(size));
}

void
netlink_put_u32(GByteArray *message, guint16 type, guint32 value)
{
    netlink_put(message, type, &value, sizeof value);
}

GByteArray *
netlink_seal(GByteArray *message)
{
    ((struct nlmsghdr *) message->data)->nlmsg_len = message->len;
    return message;
}

GByteArray *
netlink_link(int index, guint flags, const void *name, gsize size)
{
    struct ifinfomsg link = {.ifi_index = index, .ifi_flags = flags};
    GByteArray *message = netlink_message_new(RTM_NEWLINK, &link, sizeof link);
    netlink_put(message, IFLA_IFNAME, name, size);
    return netlink_seal(message);
}

GByteArray *
netlink_address(guint8 family, guint8 length, guint8 flags, gsize size)
{
    static const guint8 bytes[16] = {192, 0, 2, 1};
    struct ifaddrmsg header = {
        .ifa_family = family, .ifa_prefixlen = length, .ifa_flags = flags, .ifa_index = 2};
    GByteArray *message = netlink_message_new(RTM_NEWADDR, &header, sizeof header);
    netlink_put(message, IFA_ADDRESS, bytes, size);
    return netlink_seal(message);
}

GByteArray *
netlink_route(guint8 length, guint32 table, guint8 type, guint flags)
{
    struct rtmsg header = {.rtm_family = AF_INET,
                           .rtm_dst_len = length,
                           .rtm_type = type,
                           .rtm_flags = flags,
                           .rtm_table = RT_TABLE_COMPAT};
    GByteArray *message = netlink_message_new(RTM_NEWROUTE, &header, sizeof header);
    netlink_put_u32(message, RTA_TABLE, table);
    netlink_put_u32(message, RTA_OIF, 2);
    return netlink_seal(message);
}

/* g_memdup2 is of GLib 2.68, and we build with 2.66. */
guint8 *
netlink_copy_of(const guint8 *data, gsize size)
{
    guint8 *copy = g_malloc(size);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

AkinDump
netlink_feed(AkinLinkTable *table, GByteArray *message)
{
    gsize size;
    g_autofree guint8 *data = g_byte_array_steal(message, &size);
    g_byte_array_unref(message);
    g_autofree guint8 *exact = netlink_copy_of(data, size);
    return akin_link_table_feed(table, exact, size);
}

gboolean
netlink_is_news(GByteArray *message)
{
    gboolean news = akin_rtnetlink_is_news(message->data, message->len);
    g_byte_array_unref(message);
    return news;
}

AkinLinkTable *
netlink_table_with_eth0(void)
{
    AkinLinkTable *table = akin_link_table_new();
    g_assert_cmpint(netlink_feed(table, netlink_link(2, IFF_UP, "eth0", 5)), ==, AKIN_DUMP_MORE);
    return table;
}

static char *
interface_text(const AkinInterface *interface)
{
    GString *text = g_string_new(interface->name);
    if (interface->loopback)
        g_string_append(text, " loopback");
    g_string_append(text, interface->up ? " up" : " down");
    for (guint i = 0; i < interface->addresses->len; i++) {
        AkinPrefix address = g_array_index(interface->addresses, AkinPrefix, i);
        guint length = address.length;
        address.length = akin_family_bits(address.family);
        g_autofree char *shown = akin_prefix_format(&address);
        g_string_append_printf(text, " %s/%u", shown, length);
    }
    for (guint i = 0; i < interface->defaults->len; i++) {
        const AkinRoute *route = &g_array_index(interface->defaults, AkinRoute, i);
        g_string_append_printf(text, " default%u/%u:%u", route->family, route->length,
                               route->metric);
    }
    return g_string_free(text, FALSE);
}

char *
netlink_finish_text(AkinLinkTable *table)
{
    g_autoptr(GPtrArray) interfaces = akin_link_table_finish(table);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < interfaces->len; i++) {
        g_autofree char *line = interface_text(interfaces->pdata[i]);
        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}

void
netlink_assert_table(AkinLinkTable *table, const char *expected)
{
    g_autofree char *text = netlink_finish_text(table);
    g_assert_cmpstr(text, ==, expected);
}

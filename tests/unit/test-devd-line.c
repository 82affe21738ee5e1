/* SPDX-License-Identifier: BSD-2-Clause */
#include "devd-line.h"

#include <string.h>

static void
test_lines(void)
{
    static const struct {
        const char *line;
        AkinDevdNews news;
    } lines[] = {
        {"!system=ACPI subsystem=Suspend type=\\_SB_ notify=0x03\n", AKIN_DEVD_ASLEEP},
        {"!system=ACPI subsystem=Resume type=\\_SB_ notify=0x03\n", AKIN_DEVD_AWAKE},
        {"!system=kernel subsystem=power type=suspend\n", AKIN_DEVD_ASLEEP},
        {"!system=kernel subsystem=power type=resume\n", AKIN_DEVD_AWAKE},
        {"!system=kernel subsystem=power type=resume", AKIN_DEVD_AWAKE},
        {"!type=resume  subsystem=power system=kernel\n", AKIN_DEVD_AWAKE},
        /* Captured from FreeBSD 14. */
        {"!system=IFNET subsystem=em0 type=LINK_DOWN\n", AKIN_DEVD_NOTHING},
        {"!system=IFNET subsystem=em0 type=ADDR_DEL address=198.51.100.2\n", AKIN_DEVD_NOTHING},
        {"!system=kernel subsystem=power type=shutdown\n", AKIN_DEVD_NOTHING},
        {"!system=kernel subsystem=power\n", AKIN_DEVD_NOTHING},
        {"!system=ACPI subsystem=Lid type=\\_SB_.LID notify=0x00\n", AKIN_DEVD_NOTHING},
        {"!system=ACPI subsystem=SuspendX type=\\_SB_\n", AKIN_DEVD_NOTHING},
        {"!system=ACPIX subsystem=Suspend\n", AKIN_DEVD_NOTHING},
        {"!xsystem=ACPI subsystem=Suspend\n", AKIN_DEVD_NOTHING},
        {"!system=IFNET subsystem=em0 system=ACPI subsystem=Suspend\n", AKIN_DEVD_NOTHING},
        {"+system=ACPI subsystem=Suspend at a bus\n", AKIN_DEVD_NOTHING},
        {"system=ACPI subsystem=Suspend\n", AKIN_DEVD_NOTHING},
        {"!", AKIN_DEVD_NOTHING},
        {"", AKIN_DEVD_NOTHING},
        {"!system=ACPI subsystem=\n", AKIN_DEVD_NOTHING},
        {"!system subsystem\n", AKIN_DEVD_NOTHING},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        /* Nothing behind it, no NUL either. */
        g_autofree char *exact = g_memdup2(lines[i].line, strlen(lines[i].line));
        g_assert_cmpint(akin_devd_read(exact, strlen(lines[i].line)), ==, lines[i].news);
    }
}

/* What is behind a NUL was not said. */
static void
test_bytes(void)
{
    static const char line[] = "!system=ACPI subsystem=\0Suspend";
    g_assert_cmpint(akin_devd_read(line, sizeof line), ==, AKIN_DEVD_NOTHING);
    g_assert_cmpint(akin_devd_read("!\xff\xfe=\x80 ", 6), ==, AKIN_DEVD_NOTHING);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devd/lines", test_lines);
    g_test_add_func("/devd/bytes", test_bytes);
    return g_test_run();
}

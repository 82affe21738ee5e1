# SPDX-License-Identifier: BSD-2-Clause
"""Cases that begin with a page of the preferences window."""

from driver import DeskCase, has, walk

NAT = 'Network for virtual machines (NAT)'
REACH = "Machines may use this computer's services"
CONTROLS = {'toggle button', 'push button', 'text', 'check box', 'radio button', 'combo box', 'entry', 'spin button'}


class WindowCase(DeskCase):
    arguments = ('--preferences',)
    first = 'Firewall'  # what is there once the page is, and on which page
    number = 1

    def setUp(self):
        super().setUp()
        self.app.find('Firewall', 'toggle button')
        if self.number != 1:
            self.app.page(self.number)
            self.app.find(self.first)

    def focused(self):
        """The name of the control that has the focus, None if none has."""
        return next((node.get_name() for node in walk(self.app.root()) if has(node, 'FOCUSED')
                     and node.get_role_name() in CONTROLS), None)

    def refuses(self, field, text, why):
        """What is typed here cannot be sent, and a sentence says why."""
        self.app.type(field, text)
        self.app.find(why, 'label', showing=False)
        self.assertFalse(self.can_add(field), text)

    def can_add(self, field):
        """Whether the button that is nearest to an entry would add what is in it."""
        node, found = self.app.find(field, 'text', showing=False), []
        while not found:
            node = node.get_parent()
            found = self.app.widgets('Add', 'push button', False, node)
        return has(found[0], 'SENSITIVE')

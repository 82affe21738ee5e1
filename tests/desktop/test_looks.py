# SPDX-License-Identifier: BSD-2-Clause
"""How the window looks, and what those need who use the keyboard, a screen reader, or have no rights."""

import contextlib
import unittest

from driver import NotThere, ORDINARY_USER, DeskCase, has, open_desktop, wait_for, walk
from lab import VM1
from window import CONTROLS, WindowCase

PAGES = ('overview', 'services', 'machines', 'trust', 'notifications')
NARROW = 360
LOCK = 36  # pixels to the left of a switch, in which a lock may be
FLAT = 0.05  # differences of grey where nothing is drawn
NOWHERE = -2 ** 31  # where a widget is that went while it was looked at
COLOURS = 40  # a page has hundreds of greys, an empty one a handful


def setUpModule():
    open_desktop()


class Keyboard(WindowCase):
    def test_every_control_has_a_name(self):
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        for number, _ in enumerate(PAGES, 1):
            self.app.page(number)
            self.app.until(lambda: len(self.app.widgets()) > 20, 'a page')
            nameless = [self.path(node) for node in walk(self.app.root())
                        if node.get_role_name() in CONTROLS and not node.get_name() and not self.hidden(node)]
            self.assertEqual(nameless, [], f'page {number}')

    def test_tab_reaches_a_switch_and_space_flips_it(self):
        self.app.page(1)
        self.tab_to('Block everything')
        self.screen.press('space')
        self.app.until(lambda: self.status()['panic'], 'panic')

    def test_an_address_is_trusted_and_no_more(self):
        self.app.page(4)
        self.app.find('New trusted address', 'text')
        self.tab_to('New trusted address')
        self.type_keys('203.0.113.9', 'Return')
        self.app.find('Stop trusting 203.0.113.9', 'push button')
        self.tab_to('Stop trusting 203.0.113.9')
        self.screen.press('space')
        self.app.gone('Stop trusting 203.0.113.9')

    def test_a_port_is_forwarded(self):
        """The dialog begins where one types, Tab leads through it, and Enter sends it."""
        self.app.page(3)
        self.app.find('Forward a port…', 'push button')
        self.tab_to('Forward a port…')
        self.screen.press('Return')
        self.app.until(lambda: self.focused() == 'Port of this computer', 'the first field')
        self.type_keys('8081')
        self.tab_to('Machine')
        self.type_keys(VM1.four, 'Return')
        self.app.find(f'Remove: Port 8081 of this computer → {VM1.four} port 8081 (tcp)', showing=False)

    def test_the_keys_between_pages(self):
        """They end at both ends; what is about the program is not a page."""
        self.app.page(5)
        self.app.until(lambda: self.title() == 'akin – Notifications', 'the last page')
        self.screen.press('ctrl+Page_Down')
        self.screen.press('ctrl+Page_Up')
        self.app.until(lambda: self.title() == 'akin – Trust', 'the page before')
        self.assertEqual(self.app.widgets(role='dialog'), [])
        self.screen.press('ctrl+f')
        self.app.until(lambda: self.focused() == 'Search services', 'the search')

    def test_the_menu_and_what_is_about_the_program(self):
        self.app.page(1)
        self.screen.press('F10')
        self.app.find('About akin', 'push button')
        self.screen.press('Down', 'Return')
        dialog = self.app.until(lambda: self.app.widgets('About akin', 'dialog'), 'the dialog')[0]
        said = {node.get_name() for node in walk(dialog)}
        self.assertIn('akin', said)
        self.assertIn('BSD 2-Clause License', ' '.join(said))
        self.screen.press('Escape')
        self.app.gone('About akin', 'dialog')

    def test_the_key_that_closes(self):
        self.app.page(1)
        self.screen.press('ctrl+w')
        wait_for(lambda: not self.screen.windows_of(self.app.pid), 'the window to close')
        self.app.wait_icon('nat')

    def tab_to(self, name):
        """Presses Tab until a control of this name has the focus."""
        for _ in range(40):
            with contextlib.suppress(NotThere):
                if self.focused() == name:
                    return
            self.screen.press('Tab')
        self.assertEqual(self.focused(), name)

    def type_keys(self, text, *keys):
        self.desktop.run('xdotool', 'type', text)
        if keys:
            self.screen.press(*keys)

    def title(self):
        return self.app.root().get_child_at_index(0).get_name()

    def hidden(self, node):
        """In what is shown only now and then, as the toast, whose button is named then."""
        while node and node.get_role_name() != 'alert':
            node = node.get_parent()
        return node is not None and not has(node, 'SHOWING')

    @staticmethod
    def path(node):
        """Where a widget without a name is."""
        names = []
        while node:
            names.append(f'{node.get_role_name()} {node.get_name()}')
            node = node.get_parent()
        return ' < '.join(names)


class NotAllowed(DeskCase):
    arguments = None

    def test_who_may_not_is_told(self):
        """A lock is beside each switch, which does not move: a change that is tried and refused would be told.

        It is seen on the screen only: another user's program is not on this one's accessibility bus.
        """
        owner = self.open('--preferences')
        box = owner.find('Firewall', 'toggle button').get_extents(0)
        lock = f'{LOCK}x{box.height}+{box.x - LOCK}+{box.y}'
        self.assertLess(self.contrast('lock-none', lock), FLAT)
        owner.close()
        self.app = self.open('--preferences', user=ORDINARY_USER, NO_AT_BRIDGE='1')
        self.app.wait_icon('nat')
        window = self.app.window()
        before = self.screen.still('page-not-allowed', window)
        self.assertGreater(before.colours, COLOURS)
        self.assertGreater(self.contrast('lock', lock), FLAT)
        self.screen.click(box.x + box.width / 2, box.y + box.height / 2)
        self.assertEqual(self.screen.still('page-not-allowed-clicked', window).pixels, before.pixels)

    def contrast(self, name, crop):
        return self.screen.measure(self.screen.picture(name, crop=crop), '%[fx:maxima-minima]')


class German(DeskCase):
    arguments = '--preferences',
    environment = {'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'de'}

    def test_search_in_what_is_read(self):
        """A word of what services are for, as it is shown."""
        self.app.find('Firewall', 'toggle button')
        self.app.page(2)
        self.app.find('Web, *')
        self.app.type('Dienste durchsuchen', 'Fernhilfe')
        self.app.gone('Web, *')
        self.app.find('AnyDesk, *')


class Looks(DeskCase):
    """Pictures of every page: not empty, of the right size, and nothing sticks out of the window."""

    arguments = None

    def test_light(self):
        self.look('light', 'Adwaita', 1)

    def test_dark(self):
        self.look('dark', 'Adwaita:dark', 1)

    def test_light_twice_as_large(self):
        self.look('light-2', 'Adwaita', 2)

    def test_dark_twice_as_large(self):
        self.look('dark-2', 'Adwaita:dark', 2)

    def test_narrow(self):
        self.look('narrow', 'Adwaita', 1, NARROW)

    def test_narrow_in_german(self):
        self.look('narrow-de', 'Adwaita', 1, NARROW, LANGUAGE='de', LC_ALL='C.UTF-8')

    def test_the_layout_depends_on_the_width_alone(self):
        self.app = self.open('--preferences')
        self.app.find('Firewall', 'toggle button')
        for width, place in ((1000, 'top'), (NARROW, 'bottom'), (770, 'top'), (1000, 'top'), (740, 'bottom'),
                             (NARROW, 'bottom'), (740, 'bottom'), (1000, 'top'), (770, 'top')):
            self.desktop.run('xdotool', 'windowsize', '--sync', self.app.window(), str(width), '640')
            self.app.until(lambda width=width, place=place: self.switcher(width) == place, f'{place} at {width}')

    def switcher(self, width):
        """Where the buttons of the pages are, once the window has this width."""
        frame = self.app.root().get_child_at_index(0).get_extents(0)
        buttons = self.app.widgets('Services', 'radio button')
        if frame.width != width or len(buttons) != 1:
            raise NotThere('the window changes')
        return 'top' if buttons[0].get_extents(0).y < frame.y + frame.height / 2 else 'bottom'

    def look(self, name, theme, scale, width=None, **environment):
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.lab.laptop.ping(VM1.four)
        self.titles = [None]
        self.app = self.open('--preferences', GTK_THEME=theme, GDK_SCALE=str(scale), **environment)
        self.app.until(lambda: len(self.app.widgets()) > 20, 'a page')
        window = self.app.window()
        if width:
            self.desktop.run('xdotool', 'windowsize', '--sync', window, str(width), '640')
        pictures = [self.look_at(page, number, name, window, width) for number, page in enumerate(PAGES, 1)]
        self.assertEqual(len({b''.join(picture.pixels) for picture in pictures}), len(PAGES), 'two pages look alike')
        self.check_brightness(pictures[0], theme)

    def look_at(self, page, number, name, window, width):
        self.app.page(number)
        self.app.until(lambda: self.title() not in self.titles, f'page {number}')
        self.titles.append(self.title())
        if width:
            self.check_width(width)
        picture = self.screen.still(f'page-{page}-{name}', window)
        self.assertGreater(picture.colours, COLOURS, f'{picture.path} is empty')
        if width:
            self.assertEqual(picture.width, width, picture.path)
        return picture

    def title(self):
        return self.app.root().get_child_at_index(0).get_name()

    def check_brightness(self, picture, theme):
        self.assertEqual(picture.brightness < 0.5, theme.endswith('dark'), f'{picture.path}: {picture.brightness}')

    def check_width(self, width):
        left = self.app.root().get_child_at_index(0).get_extents(0).x
        for node in self.app.widgets():
            if node.get_role_name() in CONTROLS | {'label'}:
                box = node.get_extents(0)
                if box.x == NOWHERE:
                    continue
                self.assertLessEqual(left, box.x, node.get_name())
                self.assertLessEqual(box.x + box.width, left + width, node.get_name())


if __name__ == '__main__':
    unittest.main()

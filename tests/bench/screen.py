# SPDX-License-Identifier: BSD-2-Clause
"""A screen's pixels, its mouse and its keyboard, without a program in between that would have to be started."""

import ctypes
import os

PLANES = ctypes.c_ulong(-1)
Z_PIXMAP = 2


class _Image(ctypes.Structure):
    """The beginning of an XImage."""

    _fields_ = [('width', ctypes.c_int), ('height', ctypes.c_int), ('xoffset', ctypes.c_int), ('format', ctypes.c_int),
                ('data', ctypes.c_void_p), ('orders', ctypes.c_int * 4), ('depth', ctypes.c_int),
                ('bytes_per_line', ctypes.c_int)]


class Screen:
    """A connection to the X server of a desktop's environment; close it before that ends."""

    def __init__(self, environment):
        self._x, self._test = ctypes.CDLL('libX11.so.6'), ctypes.CDLL('libXtst.so.6')
        self._x.XOpenDisplay.restype = self._x.XGetImage.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = self._x.XStringToKeysym.restype = ctypes.c_ulong
        before = os.environ.get('XAUTHORITY')
        os.environ['XAUTHORITY'] = environment['XAUTHORITY']
        try:
            display = self._x.XOpenDisplay(environment['DISPLAY'].encode())
        finally:
            os.environ.pop('XAUTHORITY')
            os.environ.update({} if before is None else {'XAUTHORITY': before})
        if not display:
            raise RuntimeError(f'{environment["DISPLAY"]}: no such display')
        self._display = ctypes.c_void_p(display)
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))

    def close(self):
        self._x.XCloseDisplay(self._display)

    def pixels(self, x, y, width, height):
        """How green each pixel of a box is: enough to tell pictures of grey apart."""
        image = ctypes.c_void_p(self._x.XGetImage(self._display, self._root, x, y, width, height, PLANES, Z_PIXMAP))
        if not image:
            raise RuntimeError(f'no picture of {width}x{height}+{x}+{y}')
        try:
            made = ctypes.cast(image, ctypes.POINTER(_Image)).contents
            return ctypes.string_at(made.data, made.bytes_per_line * made.height)[1::4]
        finally:
            self._x.XDestroyImage(image)

    def point(self, x, y):
        """Moves the mouse there."""
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def click(self, button=1):
        """Where the mouse is."""
        for down in (1, 0):
            self._test.XTestFakeButtonEvent(self._display, button, down, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def press(self, name):
        """A key by its name."""
        key = self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(self._x.XStringToKeysym(name.encode())))
        for down in (1, 0):
            self._test.XTestFakeKeyEvent(self._display, key, down, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

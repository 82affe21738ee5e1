/* SPDX-License-Identifier: BSD-2-Clause */
#import <Cocoa/Cocoa.h>

#include <gtk/gtk.h>

#include "indicator.h"

/*
 * An NSStatusItem with a menu of its own: GtkStatusIcon on macOS is drawn at scale 1 and in no
 * colour of the menu bar. GTK's main loop runs that of AppKit, so nothing has to be pumped here.
 */
enum { POINTS = 18, SCALE = 2 };

@interface AkinStatusItem : NSObject <NSMenuDelegate> {
  @public
    AkinIndicator *indicator;
}
- (void)activated:(NSMenuItem *)item;
@end

struct _AkinIndicator {
    NSStatusItem *item;
    AkinStatusItem *target;
    AkinModel *model;
    char *icons;
    const AkinIndicatorEvents *events;
    gpointer user_data;
};

@implementation AkinStatusItem
- (void)activated:(NSMenuItem *)item
{
    const AkinRow *row =
        akin_rows_find(indicator->model->rows, [[item representedObject] UTF8String]);
    if (row)
        indicator->events->activated(row, indicator->user_data);
}
- (void)menuWillOpen:(NSMenu *)menu
{
    if (menu == [indicator->item menu])
        indicator->events->opened(indicator->user_data);
}
@end

static NSString *
text(const char *utf8)
{
    return [NSString stringWithUTF8String:utf8];
}

static void fill(AkinIndicator *indicator, NSMenu *menu, GPtrArray *rows);

static NSMenuItem *
item_new(AkinIndicator *indicator, const AkinRow *row)
{
    if (row->kind == AKIN_ROW_SEPARATOR)
        return [NSMenuItem separatorItem];
    NSMenuItem *item = [[[NSMenuItem alloc] initWithTitle:text(row->label)
                                                   action:@selector(activated:)
                                            keyEquivalent:@""] autorelease];
    [item setTarget:indicator->target];
    [item setRepresentedObject:text(row->id)];
    [item setEnabled:row->sensitive];
    [item setState:row->checked ? NSOnState : NSOffState];
    if (row->why)
        [item setToolTip:text(row->why)];
    if (row->children) {
        NSMenu *submenu = [[[NSMenu alloc] initWithTitle:text(row->label)] autorelease];
        fill(indicator, submenu, row->children);
        [item setSubmenu:submenu];
    }
    return item;
}

static void
fill(AkinIndicator *indicator, NSMenu *menu, GPtrArray *rows)
{
    [menu setAutoenablesItems:NO];
    [menu removeAllItems];
    for (guint i = 0; i < rows->len; i++)
        [menu addItem:item_new(indicator, rows->pdata[i])];
}

/* A template image takes the colour of the menu bar, as a symbolic icon does elsewhere. */
static NSImage *
image(AkinIndicator *indicator, const char *icon)
{
    g_autofree char *file = g_strconcat(icon, ".svg", NULL);
    g_autofree char *path =
        g_build_filename(indicator->icons, "hicolor", "symbolic", "apps", file, NULL);
    g_autoptr(GdkPixbuf) pixbuf =
        gdk_pixbuf_new_from_file_at_size(path, POINTS * SCALE, POINTS * SCALE, NULL);
    g_autofree char *png = NULL;
    gsize length;
    if (!pixbuf || !gdk_pixbuf_save_to_buffer(pixbuf, &png, &length, "png", NULL, NULL))
        return nil;
    NSImage *drawn =
        [[[NSImage alloc] initWithData:[NSData dataWithBytes:png length:length]] autorelease];
    [drawn setSize:NSMakeSize(POINTS, POINTS)];
    [drawn setTemplate:YES];
    return drawn;
}

void
akin_indicator_update(AkinIndicator *indicator, AkinModel *model)
{
    @autoreleasepool {
        NSStatusBarButton *button = [indicator->item button];
        g_clear_pointer(&indicator->model, akin_model_free);
        indicator->model = model;
        fill(indicator, [indicator->item menu], model->rows);
        [button setImage:image(indicator, model->icon)];
        [button setToolTip:text(model->tooltip)];
        [button setAccessibilityLabel:text(model->spoken)];
    }
}

AkinIndicator *
akin_indicator_new(const char *icons, const AkinIndicatorEvents *events, gpointer user_data)
{
    AkinIndicator *indicator = g_new0(AkinIndicator, 1);
    indicator->icons = g_strdup(icons);
    indicator->events = events;
    indicator->user_data = user_data;
    @autoreleasepool {
        NSMenu *menu = [[[NSMenu alloc] initWithTitle:@"akin"] autorelease];
        indicator->target = [[AkinStatusItem alloc] init];
        indicator->target->indicator = indicator;
        indicator->item = [[[NSStatusBar systemStatusBar]
            statusItemWithLength:NSSquareStatusItemLength] retain];
        [menu setDelegate:indicator->target];
        [indicator->item setMenu:menu];
    }
    return indicator;
}

void
akin_indicator_free(AkinIndicator *indicator)
{
    [[NSStatusBar systemStatusBar] removeStatusItem:indicator->item];
    [indicator->item release];
    [indicator->target release];
    g_clear_pointer(&indicator->model, akin_model_free);
    g_free(indicator->icons);
    g_free(indicator);
}

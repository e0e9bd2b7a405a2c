"""The terminal interface: the only room that knows Textual.

Layers, high to low: `app`, `screens`, `shell`, `dialogs` and `grid`, `widgets` and `terminal`.
"""

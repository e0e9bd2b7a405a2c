"""The list of commands: what every key of a screen does, found by name."""

from textual.command import CommandList, CommandPalette


class CommandsDialog(CommandPalette):
    """Textual's command palette, which a quick hand can't break."""

    def __init__(self) -> None:
        # By this id Textual knows that one is open.
        super().__init__(id="--command-palette")

    def _action_command_list(self, action: str) -> None:
        """Pass a key on to the list, once it is laid out: Textual fails on a page of no lines."""
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)

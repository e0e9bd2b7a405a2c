"""The screens: each shows one thing of the shell's state and says what can be done with it."""

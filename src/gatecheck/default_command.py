"""A click group that checks when no command is named."""

import click


class DefaultToCheck(click.Group):
    """A group whose command is `check` when none is named: `gatecheck` alone checks what is about to be committed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one is met with the nearest."""
        if args[0] not in self.commands:
            import difflib

            near = difflib.get_close_matches(args[0], [*self.commands], 1)
            hint = f"did you mean `gatecheck {near[0]}`?" if near else f"to check a range: gatecheck check {args[0]}"
            ctx.fail(f"no such command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` in front where the arguments name no command."""
        own = {"--help", "-h", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["check", *args]
        return super().parse_args(ctx, args)

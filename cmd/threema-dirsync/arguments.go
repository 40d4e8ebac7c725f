package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/typo"
)

// exactly wants so many arguments, and says what they are. Somebody who wrote more probably meant one
// of several words.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return fmt.Errorf("name %s: %s", what, cmd.UseLine())
		case len(args) > n:
			return tooMany(cmd, args, n)
		}
		return nil
	}
}

// atMost is exactly where all may be left out.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return tooMany(cmd, args, n)
		}
		return nil
	}
}

func tooMany(cmd *cobra.Command, args []string, n int) error {
	if n == 0 {
		return fmt.Errorf("%q is too much: %s", args[0], cmd.UseLine())
	}
	return fmt.Errorf("%d words are too many: %s; put in quotes what has a blank", len(args), cmd.UseLine())
}

// subcommand is for a command that has others below it: what follows it is one of them, or a slip.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	return meant("command", args[0], known, cmd)
}

// unknownFlag names the flag that was meant. A command that was mistyped has its flags behind it, which
// those above it do not know: then the command is the slip.
func unknownFlag(cmd *cobra.Command, err error) error {
	if slip := subcommand(cmd, cmd.Flags().Args()); cmd.HasAvailableSubCommands() && slip != nil {
		return slip
	}
	unknown, ok := errors.AsType[interface {
		error
		GetSpecifiedName() string
	}](err)
	if !ok || !strings.HasPrefix(err.Error(), "unknown flag") {
		return fmt.Errorf("%w; %s --help tells each flag", err, cmd.CommandPath())
	}
	known := []string{"help"}
	for line := range strings.Lines(cmd.Flags().FlagUsages()) {
		if _, flag, ok := strings.Cut(line, "--"); ok {
			known = append(known, strings.FieldsFunc(flag, func(r rune) bool { return strings.ContainsRune(" [=\n", r) })[0])
		}
	}
	return meant("flag", unknown.GetSpecifiedName(), known, cmd)
}

// meant says which of the known names somebody meant, and where all are told.
func meant(what, name string, known []string, cmd *cobra.Command) error {
	dashes, did := "", ""
	if what == "flag" {
		dashes = "--"
	}
	if closest := typo.Closest(name, known); closest != "" {
		did = "did you mean " + dashes + closest + "? "
	}
	return fmt.Errorf("unknown %s %s%s; %sall are told by %s --help", what, dashes, name, did, cmd.CommandPath())
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"
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

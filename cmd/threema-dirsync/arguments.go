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
			return fmt.Errorf("%d words are too many: %s; put in quotes what has a blank", len(args), cmd.UseLine())
		}
		return nil
	}
}

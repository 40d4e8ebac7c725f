package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

type simulateFlags struct {
	listen, state, apiKey string
	quirks                []string
}

func (p *program) simulateCommand() *cobra.Command {
	var flags simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Run a simulator of the Threema Work API",
		Long:  simulateHelp(),
		Args:  atMost(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.simulate(cmd.Context(), flags) },
	}
	cmd.Flags().StringVar(&flags.listen, "listen", "127.0.0.1:0", "address to listen on")
	cmd.Flags().StringVar(&flags.state, "state", "", "JSON file to start from, of the shape of GET /_sim/state")
	cmd.Flags().StringVar(&flags.apiKey, "api-key", "", "the key that the Work API asks for; without it one is made up and printed in the second line")
	cmd.Flags().StringSliceVar(&flags.quirks, "quirks", nil, "comma-separated readings of the API to switch on")
	return cmd
}

func simulateHelp() string {
	var b strings.Builder
	b.WriteString(`simulate answers like the Threema Work API and keeps its state in memory. The first line on
stdout is the base URL. Phones, the clock and faults are controlled below /_sim/ from this machine.

Quirks:
`)
	for _, q := range worksim.Quirks() {
		fmt.Fprintf(&b, "  %-26s %s\n", q.Name, q.Text)
	}
	return b.String()
}

func (p *program) simulate(ctx context.Context, flags simulateFlags) error {
	server, err := worksim.New(worksim.Options{APIKey: flags.apiKey, Quirks: flags.quirks})
	if err != nil {
		return &app.ConfigError{Err: err}
	}
	if flags.state != "" {
		if err := loadState(server, flags.state); err != nil {
			return &app.ConfigError{Err: err}
		}
	}
	listening, err := worksim.Start(ctx, flags.listen, server)
	if err != nil {
		return err
	}
	defer listening.Close()
	if _, err := fmt.Fprintln(p.Stdout, listening.BaseURL()); err != nil {
		return err
	}
	if flags.apiKey == "" {
		if _, err := fmt.Fprintln(p.Stdout, server.APIKey()); err != nil {
			return err
		}
	}
	select {
	case <-ctx.Done():
	case <-listening.Done():
	}
	return nil
}

func loadState(server *worksim.Server, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the state: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := server.Load(f); err != nil {
		return fmt.Errorf("read the state %s: %w", path, err)
	}
	return nil
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
)

func (p *program) demoCommand() *cobra.Command {
	var serve, pause bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story on an embedded directory and the simulator",
		Long: `demo starts a directory with about 200 people and a simulator of the Work API in this process
and lives through a roll-out, a joiner, a marriage, a move, a leaver, a returner, an account
made anew, and outages. Everything goes over the real protocols. It needs nothing and ends by
itself. With --pause it waits for Enter after each step; with --serve both servers stay up
afterwards for you to try the commands on.`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.demo(cmd.Context(), serve, pause) },
	}
	cmd.Flags().BoolVar(&pause, "pause", false, "wait for Enter after each step")
	cmd.Flags().BoolVar(&serve, "serve", false, "leave the servers up and print how to talk to them")
	return cmd
}

func (p *program) demo(ctx context.Context, serve, pause bool) (err error) {
	dir, err := os.MkdirTemp("", "threema-dirsync-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w, err := newDemoWorld(ctx, dir)
	if err != nil {
		return err
	}
	defer w.close()
	began := time.Now()
	var enter <-chan struct{}
	if pause {
		enter = p.lines()
	}
	ahead, err := p.tellStory(ctx, w, enter)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.Stdout, "\nThe end, after %.1f s. Nobody was taken out who had not left.\n", time.Since(began).Seconds())
	if !serve {
		return nil
	}
	_, _ = fmt.Fprintf(p.Stdout, `
Directory:  %s   (%s)
Work API:   %s   (control: %s/_sim/state)
Try:        threema-dirsync --config %s plan
The clock of the demo is ahead: put THREEMA_DIRSYNC_TEST_OFFSET=%s before each command.
Ctrl-C ends it and removes everything.
`, w.directory.URL(), demoSuffix, w.api.BaseURL(), w.controlURL(), w.configFile, ahead)
	<-ctx.Done()
	return nil
}

// lines tells of each line that somebody typed, and is closed where there is nobody to type one. A read of
// the terminal cannot be cancelled: the goroutine ends with the input, or with the process.
func (p *program) lines() <-chan struct{} {
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		for input := bufio.NewScanner(p.Stdin); input.Scan(); {
			typed <- struct{}{}
		}
	}()
	return typed
}

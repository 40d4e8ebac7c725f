package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

// defaultConfig is where the flag --config looks when nobody sets it.
const defaultConfig = config.DefaultFile

// environment is what the program touches beside its arguments.
type environment struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

// program carries the environment and the global flags to the subcommands.
type program struct {
	environment
	configFile string
	progress   *progress
	// code is the exit code that a command chose; an error overrules it.
	code int
}

// installation is what the configuration file names, with what this program touches.
func (p *program) installation() app.Installation {
	return app.Installation{ConfigFile: p.configFile, Getenv: p.Getenv, Version: versionText(), Logger: p.logger, Progress: p.progress.show}
}

// run is the program: it returns the exit code (design §6).
func run(ctx context.Context, args []string, env environment) int {
	p := &program{environment: env, progress: newProgress(env.Stderr)}
	root := p.root()
	root.SetArgs(args)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	p.tellFlags(root)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return p.code
	}
	_, _ = fmt.Fprintf(p.progress, "threema-dirsync: %s\n", wording.HarmlessLines(err.Error()))
	return exitCode(err)
}

// codedError is an error with an exit code of its own.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func exitCode(err error) int {
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	if _, ok := errors.AsType[*app.ConfigError](err); ok {
		return dirsync.ExitConfig
	}
	if errors.Is(err, app.ErrBusy) {
		return dirsync.ExitBusy
	}
	return dirsync.ExitFailed
}

func (p *program) root() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   commandName,
		Short: "Keep a Threema Work licence package in step with a user directory",
		Long: `threema-dirsync reads a user directory (Active Directory or any LDAP server), maps people to
th_csi and names, and reconciles them with a Threema Work licence package: it creates
credentials, follows name changes, publishes contacts and takes departed people out.

Start with "check", then "plan". Nothing is changed before you choose a policy.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if flags == (runFlags{}) {
				return cmd.Help()
			}
			return p.run(cmd.Context(), flags)
		},
	}
	cmd.PersistentFlags().StringVar(&p.configFile, "config", defaultConfig, "configuration file")
	flags.add(cmd)
	cmd.SetFlagErrorFunc(unknownFlag)
	cmd.AddCommand(p.runCommand(), p.planCommand(), p.applyCommand(), p.approveCommand(), p.withdrawCommand(), p.holdCommand(), p.sourceCommand(), p.statusCommand(), p.explainCommand(),
		p.checkCommand(), p.auditCommand(), p.simulateCommand(), p.demoCommand(), p.versionCommand())
	return cmd
}

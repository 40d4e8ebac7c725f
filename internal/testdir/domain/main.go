// Command domain runs an Active Directory domain controller (Samba) until it is told to stop, for whoever
// tries the program by hand, and for tools/newcomer. It needs root. What one needs to log in is
// written into a file of NAME=value lines.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
)

func main() {
	people := flag.Int("people", 50, "how many people are in the domain")
	dir := flag.String("dir", "", "folder for its files, which it makes")
	out := flag.String("out", "", "file that tells where it is, once it answers")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *dir, *out, *people); err != nil {
		fmt.Fprintln(os.Stderr, "domain:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, out string, people int) (err error) {
	if dir == "" || out == "" {
		return errors.New("-dir and -out are needed")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	server, err := sambaad.Run(ctx, dir, sambaad.Options{People: people})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	text := fmt.Sprintf("LDAPS_URL=%s\nCA_FILE=%s\nBASE_DN=%s\nBIND_DN=%s\nBIND_PASSWORD=%s\n",
		server.LDAPS, server.CAFile, server.StaffDN, server.ReaderDN, server.Password)
	if err := os.WriteFile(out+".new", []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.Rename(out+".new", out); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

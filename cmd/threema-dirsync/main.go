package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// maxPacket bounds what one LDAP message may claim to hold; the library's own bound is 2 GiB
// (pitfall A10).
const maxPacket = 16 << 20

func main() {
	ber.MaxPacketLengthBytes = maxPacket
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], environment{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv})
	stop()
	os.Exit(code)
}

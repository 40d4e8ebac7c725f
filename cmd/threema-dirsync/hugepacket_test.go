package main

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
)

// TestA10_HugePacket: a packet that announces 64 MiB is refused, and nobody waits for the rest of it.
// With MaxPacketLengthBytes left alone in main, the program waits until the time-out of the source.
func TestA10_HugePacket(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Do(peer.Raw("\x30\x84\x04\x00\x00\x00"), peer.Stall())}})
	w := newWorld(t, atPeer(p))
	w.set("sources.0.timeout", "20s")
	if out := w.must(t, 4, "plan"); !strings.Contains(out.stdout, "the server sent what is no LDAP") {
		t.Error(out)
	}
}

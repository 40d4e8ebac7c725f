package worksim

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listening is a [Server] that answers on a TCP address.
type Listening struct {
	address net.Addr
	server  *http.Server
	stop    func() bool
	ended   chan struct{}
}

// Start listens on addr ("127.0.0.1:0" takes a free port) and serves until Close is called or ctx ends.
func Start(ctx context.Context, addr string, s *Server) (*Listening, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("start the simulator: %w", err)
	}
	l := &Listening{
		address: listener.Addr(),
		server:  &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second},
		ended:   make(chan struct{}),
	}
	go func() {
		defer close(l.ended)
		_ = l.server.Serve(listener) // ends with http.ErrServerClosed
	}()
	l.stop = context.AfterFunc(ctx, func() { _ = l.server.Close() })
	return l, nil
}

// BaseURL is the address of the Work API, such as http://127.0.0.1:40001/api/v1. The control endpoints stand at its
// root, below /_sim/. For a wildcard address it names the loopback address.
func (l *Listening) BaseURL() string {
	host, port, err := net.SplitHostPort(l.address.String())
	if err != nil {
		return "http://" + l.address.String() + BasePath
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + BasePath
}

// Close ends all connections and waits until the server has ended.
func (l *Listening) Close() {
	l.stop()
	_ = l.server.Close()
	<-l.ended
}

// Done is closed when the server has ended.
func (l *Listening) Done() <-chan struct{} { return l.ended }

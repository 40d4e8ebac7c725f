package testdir

import (
	"fmt"
	"net"
	"strconv"
)

// Address is a loopback address that belongs to one server alone.
type Address struct {
	IP    string
	claim net.Listener
}

// ClaimAddress finds an address of 127.77.0.0/16 where all the ports are free. The claim holds
// against all test processes of the network namespace, those of another root folder too: it is an
// abstract Unix socket (unix(7)), which the kernel releases with the process.
func ClaimAddress(ports ...int) (*Address, error) {
	var last error
	for i := 1; i < 255; i++ {
		ip := fmt.Sprintf("127.77.0.%d", i)
		claim, err := net.Listen("unix", "@threema-dirsync-testdir-"+ip)
		if err != nil {
			last = err
			continue
		}
		if last = free(ip, ports); last == nil {
			return &Address{IP: ip, claim: claim}, nil
		}
		_ = claim.Close()
	}
	return nil, fmt.Errorf("no loopback address is free: %w", last)
}

// Release gives the address back.
func (a *Address) Release() error { return a.claim.Close() }

// Port returns the address with a port.
func (a *Address) Port(port int) string { return net.JoinHostPort(a.IP, strconv.Itoa(port)) }

func free(ip string, ports []int) error {
	for _, port := range ports {
		listener, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
		if err != nil {
			return err
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return nil
}

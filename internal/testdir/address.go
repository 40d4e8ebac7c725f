package testdir

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Address is a loopback address that belongs to one server alone.
type Address struct {
	IP   string
	lock *os.File
}

// ClaimAddress finds an address of 127.77.0.0/16 where all the ports are free. The claim holds
// against other test processes, through a lock file that the kernel releases with the process.
func ClaimAddress(ports ...int) (*Address, error) {
	var last error
	for i := 1; i < 255; i++ {
		ip := fmt.Sprintf("127.77.0.%d", i)
		lock, err := tryLock(filepath.Join(os.TempDir(), "testdir-"+ip+".lock"))
		if err != nil {
			last = err
			continue
		}
		if last = free(ip, ports); last == nil {
			return &Address{IP: ip, lock: lock}, nil
		}
		_ = lock.Close()
	}
	return nil, fmt.Errorf("no loopback address is free: %w", last)
}

// Release gives the address back. The file stays: removing it would let two processes hold
// locks on two files of one name.
func (a *Address) Release() error { return a.lock.Close() }

// Port returns the address with a port.
func (a *Address) Port(port int) string { return net.JoinHostPort(a.IP, strconv.Itoa(port)) }

func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

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

package app

import (
	"log/slog"
	"os"
)

// ignore tells of each hang-up that it does nothing, until it is told to stop.
func ignore(hangUps <-chan os.Signal, logger *slog.Logger) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			case <-hangUps:
				logger.Warn("SIGHUP is ignored: configuration and secrets are read at the start only; type `systemctl restart threema-dirsync`")
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

package doctor

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// TestAnAnswerIsNoFirewall: where the service, or a proxy before it, answered, nobody is sent to look at the way there.
func TestAnAnswerIsNoFirewall(t *testing.T) {
	t.Parallel()
	for status, way := range map[int]bool{0: true, http.StatusInternalServerError: false, http.StatusServiceUnavailable: false, http.StatusRequestTimeout: false, 499: false} {
		err := fmt.Errorf("read the list: %w", &threema.Error{Status: status, Kind: model.FailureUnavailable, Err: errors.New("no")})
		for _, advice := range []string{english.Say(keyAdvice(err)), english.Say(listAdvice(err))} {
			if strings.Contains(advice, "firewall") != way || strings.Contains(advice, "the passes try again") == way {
				t.Errorf("HTTP %d: %s", status, advice)
			}
		}
	}
}

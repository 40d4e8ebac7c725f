package config_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// TestCheckProxy: a proxy of the environment that net/http would pass over, or take for another host, is
// refused by the name of its variable. The value is never shown.
func TestCheckProxy(t *testing.T) {
	t.Parallel()
	service := &url.URL{Scheme: "https", Host: "work.threema.ch", Path: "/api/v1"}
	for name, row := range map[string]struct {
		env     map[string]string
		refused bool
	}{
		"none":                     {nil, false},
		"host and port":            {map[string]string{"HTTPS_PROXY": "proxy:3128"}, false},
		"address and port":         {map[string]string{"HTTPS_PROXY": "10.0.0.1:3128"}, false},
		"URL":                      {map[string]string{"HTTPS_PROXY": "http://proxy.corp.example:3128/"}, false},
		"name and password":        {map[string]string{"https_proxy": "http://svc:Gehe1m%25G4%23%2F%40@proxy:3128"}, false},
		"SOCKS":                    {map[string]string{"HTTPS_PROXY": "socks5://proxy:1080"}, false},
		"a percent sign":           {map[string]string{"HTTPS_PROXY": "http://svc:Gehe1m%G4@proxy:3128"}, true},
		"a hash":                   {map[string]string{"HTTPS_PROXY": "http://svc:Gehe1m#x@proxy:3128"}, true},
		"a slash":                  {map[string]string{"HTTPS_PROXY": "http://svc:Gehe1m/x@proxy:3128"}, true},
		"a slash after digits":     {map[string]string{"HTTPS_PROXY": "http://svc:123/Gehe1m@proxy:3128"}, true},
		"a question mark":          {map[string]string{"HTTPS_PROXY": "http://svc:123?Gehe1m@proxy:3128"}, true},
		"a blank":                  {map[string]string{"HTTPS_PROXY": "http://svc:Gehe1m x@proxy:3128"}, true},
		"in lower case":            {map[string]string{"https_proxy": "http://svc:Gehe1m%G4@proxy:3128"}, true},
		"another protocol":         {map[string]string{"HTTPS_PROXY": "ftp://svc:Gehe1m@proxy:3128"}, true},
		"a port that is none":      {map[string]string{"HTTPS_PROXY": "http://proxy:Gehe1m"}, true},
		"one that nothing asks":    {map[string]string{"HTTPS_PROXY": "http://svc:Gehe1m%G4@proxy:3128", "NO_PROXY": ".threema.ch"}, false},
		"one for somewhere else":   {map[string]string{"HTTPS_PROXY": "http://svc:Gehe1m%G4@proxy:3128", "no_proxy": "corp.example"}, true},
		"one of another variable":  {map[string]string{"HTTP_PROXY": "http://svc:Gehe1m%G4@proxy:3128"}, false},
		"one behind another":       {map[string]string{"HTTPS_PROXY": "http://proxy:3128", "https_proxy": "http://svc:Gehe1m%G4@proxy"}, false},
		"without scheme, a secret": {map[string]string{"HTTPS_PROXY": "svc:Gehe1m#1@proxy:3128"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config.Default()
			cfg.Threema.BaseURL = service
			err := config.CheckProxy(&cfg, func(key string) string { return row.env[key] })
			if (err != nil) != row.refused {
				t.Errorf("error %v, want one: %t", err, row.refused)
			}
			if err != nil && (!strings.Contains(strings.ToUpper(err.Error()), "HTTPS_PROXY IN THE ENVIRONMENT") || !strings.Contains(err.Error(), "%25") || strings.Contains(err.Error(), "Gehe1m")) {
				t.Errorf("%v", err)
			}
			cfg.Threema.Proxy = &url.URL{Scheme: "http", Host: "other:3128"}
			if err := config.CheckProxy(&cfg, func(key string) string { return row.env[key] }); err != nil {
				t.Errorf("threema.proxy decides, and still: %v", err)
			}
		})
	}
}

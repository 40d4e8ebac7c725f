package config

import (
	"net/url"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Default returns the configuration of a file that sets nothing (design §6). It is not
// valid by itself: policy, sources and the hand-over file have no default, because each is
// a decision that nobody can take for the administrator.
func Default() Config {
	return Config{
		Schedule: "15 */2 * * *",
		TimeZone: time.UTC,
		Poll:     5 * time.Minute,
		StateDir: "/var/lib/threema-dirsync",
		Threema: Threema{
			BaseURL:       &url.URL{Scheme: "https", Host: "work.threema.ch", Path: "/api/v1"},
			APIKeyFile:    "api-key",
			Timeout:       time.Minute,
			DailyRequests: 10_000,
			ChunkSize:     500,
		},
		Mapping: Mapping{
			CSI:       "{{ .employeeID }}",
			FirstName: "{{ .givenName }}",
			LastName:  "{{ .sn }}",
			Username:  "{{ .sAMAccountName | lower }}",
		},
		Credentials: Credentials{Hash: true, Lock: true, PasswordLength: 20},
		Handover: Handover{
			Link: &url.URL{Scheme: "https", Host: "work.threema.ch", Path: "/license"},
			CSV:  CSV{Separator: SeparatorComma},
		},
		Contacts: Contacts{Publish: true},
		Leavers: Leavers{
			AppAccess: AppWithdraw,
			ID:        model.KeepID,
			Evidence:  model.EvidenceKinds(),
			Confirm:   Confirm{Reads: 2, Over: 24 * time.Hour},
			Grace:     Grace{Withdraw: 24 * time.Hour, ID: 7 * 24 * time.Hour},
			Approval:  model.ApproveIrreversible,
			Retention: 90 * 24 * time.Hour,
		},
		Limits: Limits{
			Leavers: LeaverLimits{
				Run:  Window{Count: 10, Percent: 2},
				Day:  Window{Count: 20, Percent: 3},
				Week: Window{Count: 50, Percent: 5},
			},
			Creates: RunLimit{Run: Window{Count: 500, Percent: 20}},
			Changes: RunLimit{Run: Window{Count: 1000, Percent: 30}},
			Held:    HeldLimit{Count: 3, Percent: 5},
		},
		Metrics: Metrics{Listen: "127.0.0.1:9877"},
		Log:     Log{Level: LogInfo, Format: LogText},
	}
}

// setDefaults fills a source before the file's keys are written over it.
func (s *Source) setDefaults() {
	s.Bind = BindSimple
	s.PageSize = 500
	s.Timeout = 10 * time.Minute
}

package view

import (
	"cmp"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func writePackage(x explain.Explanation, out *printer) {
	out.line("\nLicence package now:")
	if why := x.PackageUnread(); why != "" {
		out.fact("could not be read", why)
		return
	}
	if x.Credential == nil {
		out.fact("no credential")
	} else {
		out.fact("credential", x.Credential.ID+" "+x.Credential.Username, fmt.Sprintf("used by %d", x.Credential.Usage))
	}
	if x.NotActivated() {
		out.fact("not activated", x.HowToActivate())
	}
	if x.LoggedOut() {
		out.fact("not logged in", x.HowToLogIn())
	}
	writeSettings(x, out)
	for _, u := range x.Users {
		link := "link to its credential is gone"
		if u.CredentialID != "" {
			link = "on credential " + u.CredentialID
		}
		out.fact("Threema ID "+u.ID, link, "csi "+cmp.Or(u.CSI, "(none)"), "last check "+wording.StampOr(u.LastCheck, "unknown"))
	}
	for _, c := range x.Contacts {
		state := "disabled"
		if c.Enabled {
			state = "enabled"
		}
		out.fact("contact "+c.ID, model.FullName(c.FirstName, c.LastName), state)
	}
	for _, u := range x.Unmanaged {
		out.fact("unmanaged "+u.Kind+" "+u.ID, u.Name, english.Say(u.Reason))
	}
}

func writeSettings(x explain.Explanation, out *printer) {
	if x.SettingsStay != "" {
		out.fact("settings", x.SettingsStay)
	}
	for _, s := range x.Settings {
		switch {
		case s.Undecided != "":
			out.fact(s.Name, fmt.Sprintf("%q", s.Now), "stays as it is: "+s.Undecided)
		case !s.Wanted || s.Now == s.Desired:
			out.fact(s.Name, fmt.Sprintf("%q", s.Now))
		default:
			out.fact(s.Name, fmt.Sprintf("%q → %q", s.Now, s.Desired))
		}
	}
}

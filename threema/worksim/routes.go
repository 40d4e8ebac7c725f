package worksim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one operation: its pattern's segments, of which "*" stands for any.
type route struct {
	method  string
	pattern []string
	handle  handler
}

// routes are the 32 operations of the contract.
func routes() []route {
	var all []route
	on := func(method, pattern string, handle handler) {
		all = append(all, route{method, strings.Split(pattern, "/")[1:], handle})
	}
	on("GET", "/", getSubscription)
	on("PUT", "/", renameSubscription)

	on("GET", "/credentials", listCredentials)
	on("POST", "/credentials", createCredential)
	on("GET", "/credentials/*", getCredential)
	on("PUT", "/credentials/*", updateCredential)
	on("DELETE", "/credentials/*", deleteCredential)

	on("GET", "/users", listUsers)
	on("GET", "/users/*", getUser)
	on("DELETE", "/users/*", revokeUser)
	on("POST", "/users/*/detach", detachUser)

	on("GET", "/contacts", listContacts)
	on("POST", "/contacts", createContact)
	on("GET", "/contacts/*", getContact)
	on("PUT", "/contacts/*", updateContact)
	on("DELETE", "/contacts/*", deleteContact)
	on("GET", "/contacts/*/categories", listContactCategories)
	on("GET", "/contact-categories/*", getCategory)

	onSettings := func(path string, find findShelf) {
		on("GET", path, listSettings(find))
		on("POST", path, upsertSetting(find))
		on("GET", path+"/*", getSetting(find))
		on("PUT", path+"/*", changeSetting(find))
		on("DELETE", path+"/*", deleteSetting(find))
	}
	onSettings("/mdm", (*call).globalShelf)
	onSettings("/credentials/*/mdm", (*call).credentialShelf)
	on("GET", "/mdm-bulk", listBulk)
	on("POST", "/mdm-bulk", writeBulk)

	on("GET", "/logos/*", getLogo)
	on("DELETE", "/logos/*", deleteLogo)
	return all
}

// findRoute looks up the operation of an escaped path below the base, and the decoded segments of the path.
func findRoute(all []route, method, path string) (route, []string, error) {
	segments := strings.Split(path, "/")[1:]
	allowed := []string{}
	for _, r := range all {
		if !r.matches(segments) {
			continue
		}
		if r.method == method {
			decoded, err := unescape(segments)
			return r, decoded, err
		}
		allowed = append(allowed, r.method)
	}
	if len(allowed) > 0 {
		return route{}, nil, &apiError{http.StatusMethodNotAllowed, "allowed here: " + strings.Join(allowed, ", ")}
	}
	return route{}, nil, notFound("path")
}

func (r route) matches(segments []string) bool {
	return slices.EqualFunc(r.pattern, segments, func(want, got string) bool {
		return want == got || (want == "*" && got != "")
	})
}

// args picks the segments that the pattern leaves open.
func (r route) args(segments []string) []string {
	var args []string
	for i, want := range r.pattern {
		if want == "*" {
			args = append(args, segments[i])
		}
	}
	return args
}

func unescape(segments []string) ([]string, error) {
	decoded := make([]string, len(segments))
	for i, segment := range segments {
		var err error
		if decoded[i], err = url.PathUnescape(segment); err != nil {
			return nil, badRequest("the path is not encoded properly")
		}
	}
	return decoded, nil
}

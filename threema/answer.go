package threema

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// How much of an answer is read. A page of 5,000 credentials with all their settings has 13 KiB
// for each of them, several times what real ones take.
const (
	maxAnswer      = 64 << 20
	maxErrorAnswer = 1 << 20
)

// answer is what came back of one attempt.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error // the body could not be read to its end
}

var errTooLarge = errors.New("the answer is too large")

func readAnswer(res *http.Response) answer {
	limit := int64(maxAnswer)
	if res.StatusCode >= 300 {
		limit = maxErrorAnswer
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if int64(len(body)) > limit {
		body, err = nil, fmt.Errorf("%w (more than %d MiB)", errTooLarge, limit>>20)
	}
	return answer{status: res.StatusCode, header: res.Header, body: body, err: err}
}

// check tells a good answer from any other. Status 200 proves nothing alone: a captive portal
// gives it too (pitfall G3).
func (r request) check(a answer, secrets []secret.Value) error {
	switch {
	case a.status < 200 || a.status >= 300:
		e := r.refused(a)
		e.Message = printable(redact(serviceText(a.body), secrets))
		return e
	case errors.Is(a.err, errTooLarge):
		return r.odd(a.status, a.err)
	case a.err != nil:
		e := r.lost(a.err, true)
		e.Status = a.status
		return e
	case len(a.body) > 0 && !isJSON(a.header):
		return r.odd(a.status, errors.New(
			"the answer is not JSON: a captive portal or proxy answers instead of the service, or threema.base_url is wrong"))
	case !r.wants(a.status):
		return r.odd(a.status, errors.New("this status is not part of the contract"))
	}
	return nil
}

// refused is the failure that a status stands for.
func (r request) refused(a answer) *Error {
	kind := r.kindOf(a.status)
	e := r.failure(kind, errors.New(r.words(kind, a)))
	e.Status = a.status
	e.Pause = retryAfter(a.header.Get("Retry-After"), time.Now())
	return e
}

// kindOf reads a status. Nothing else decides: error texts are for people. A write is refused only
// where the contract says so; any other answer leaves open whether it took effect.
func (r request) kindOf(status int) model.FailureKind {
	switch {
	case status == http.StatusUnauthorized:
		return model.FailureUnauthorized
	case status == http.StatusForbidden:
		return model.FailureForbidden
	case status == http.StatusTooManyRequests:
		return model.FailureQuota
	case status == http.StatusNotFound:
		return r.kindOfNotFound()
	case status == http.StatusBadRequest, status == http.StatusConflict,
		status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return model.FailureRefused
	case gaveUp(status) && r.isRead():
		return model.FailureUnavailable
	case !r.isRead():
		return model.FailureUnknown
	case status < 400:
		return model.FailureInvalid
	default:
		return model.FailureOther
	}
}

// gaveUp tells the statuses of a service, or of a proxy before it, that did not carry a request
// through: how far it came, they do not say. 499 is a proxy's word for a connection that was closed.
func gaveUp(status int) bool {
	return status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooEarly || status == 499
}

// kindOfNotFound tells apart what is missing: the record; else the whole API, for every
// collection of it exists; or what the body of a write names.
func (r request) kindOfNotFound() model.FailureKind {
	switch {
	case r.ofItem():
		return model.FailureNotFound
	case r.isRead():
		return model.FailureInvalid
	default:
		return model.FailureRefused
	}
}

// words say what a refusal means to the person who must act.
func (r request) words(kind model.FailureKind, a answer) string {
	switch kind {
	case model.FailureUnauthorized:
		return "the API key was refused: check threema.api_key_file, and in the cockpit whether the key is bound to other addresses than this machine's"
	case model.FailureForbidden:
		if r.method == http.MethodPost && !r.ofItem() {
			return "the service forbids it: probably all licences of the package are used; if it forbids reading too, check threema.api_key_file"
		}
		return "the service forbids it: check threema.api_key_file, for a wrong key is answered like this; then in the cockpit what the key and the price plan allow, and from which addresses"
	case model.FailureQuota:
		return "the requests of this day are used up"
	case model.FailureNotFound:
		return "not in the licence package"
	case model.FailureRefused:
		return "the service does not accept this request"
	case model.FailureInvalid:
		if a.status == http.StatusNotFound {
			return "there is no Work API at this address: check threema.base_url"
		}
		return describeOdd(a)
	case model.FailureUnavailable, model.FailureOther:
		return describeOdd(a)
	case model.FailureUnknown:
		return describeOdd(a) + "; the change may have happened"
	}
	return string(kind)
}

// describeOdd say what a status means that neither reports success nor refuses.
func describeOdd(a answer) string {
	switch {
	case a.status >= 500:
		return "the service is out of order"
	case gaveUp(a.status):
		return "the service, or a proxy before it, gave up on the request"
	case a.status < 400:
		return "a redirect" + redirectTarget(a.header) + ", which is never followed: check threema.base_url and the proxy"
	}
	return "the service answers with a status that is not part of the contract"
}

// redirectTarget names where a redirect leads, without what may be secret in its address.
func redirectTarget(header http.Header) string {
	target, err := url.Parse(header.Get("Location"))
	if err != nil || target.Host == "" {
		return ""
	}
	return " to " + printable(target.Scheme+"://"+target.Host)
}

const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header of that name: seconds or a date (RFC 9110, 10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) { // out of range, it is the largest int64
		return time.Duration(max(0, min(seconds, int64(maxRetryAfter/time.Second)))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), maxRetryAfter))
}

func isJSON(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

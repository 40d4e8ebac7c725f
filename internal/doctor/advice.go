package doctor

import (
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// keyAdvice tells a refused key (D-46) from a service that is not reached, and why not, where that is known.
func keyAdvice(err error) string {
	if advice := threema.Advice(err); advice != "" {
		return advice
	}
	failure, _ := errors.AsType[*threema.Error](err)
	switch kind := model.KindOf(err); {
	case kind == model.FailureUnauthorized, kind == model.FailureForbidden:
		return "check the key in threema.api_key_file and, in the cockpit, the addresses it may be used from; the API belongs to the plan Professional"
	case kind == model.FailureQuota:
		return "the requests of the day are spent, by us or by another program with this package: try again tomorrow"
	case kind == model.FailureUnavailable && failure != nil && failure.Answered():
		return "nothing is to be fixed here, for the way there is open and an answer came: the passes try again by the schedule; if it lasts, ask Threema's support, or who runs the proxy " +
			"(threema.proxy, or HTTPS_PROXY in the environment)"
	case kind == model.FailureUnavailable:
		return "check threema.base_url, threema.proxy (or HTTPS_PROXY in the environment), threema.ca_file and the firewall between this machine and the service"
	default:
		return "check threema.base_url, the key in threema.api_key_file and, in the cockpit, the addresses it may be used from"
	}
}

// listAdvice is [keyAdvice], but the key was accepted a moment ago.
func listAdvice(err error) string {
	switch model.KindOf(err) {
	case model.FailureUnauthorized, model.FailureForbidden:
		return "the key was accepted for the subscription, and is not for this list: look in the cockpit at what the key may do, or make a new one"
	case model.FailureQuota, model.FailureUnavailable:
		return keyAdvice(err)
	default:
		return "the service answers, and otherwise than its contract says: look at what stands between this machine and it (threema.base_url, threema.proxy); " +
			"if that is in order, report the answer"
	}
}

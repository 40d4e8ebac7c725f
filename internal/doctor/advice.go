package doctor

import (
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// keyAdvice tells a refused key (D-46) from a service that is not reached, and why not, where that is known.
func keyAdvice(err error) model.Reason {
	if advice := threema.Advice(err); advice != "" {
		return model.Because("mend-way-to-service", advice)
	}
	failure, _ := errors.AsType[*threema.Error](err)
	switch kind := model.KindOf(err); {
	case kind == model.FailureUnauthorized, kind == model.FailureForbidden:
		return model.Because("check-key")
	case kind == model.FailureQuota:
		return model.Because("requests-spent")
	case kind == model.FailureUnavailable && failure != nil && failure.Answered():
		return model.Because("service-out-of-order")
	case kind == model.FailureUnavailable:
		return model.Because("check-way-to-service")
	default:
		return model.Because("check-url-and-key")
	}
}

// listAdvice is [keyAdvice], but the key was accepted a moment ago.
func listAdvice(err error) model.Reason {
	switch model.KindOf(err) {
	case model.FailureUnauthorized, model.FailureForbidden:
		return model.Because("key-may-not-list")
	case model.FailureQuota, model.FailureUnavailable:
		return keyAdvice(err)
	default:
		return model.Because("answer-against-contract")
	}
}

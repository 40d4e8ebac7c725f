package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// Sentence is what a code says, with its arguments in braces.
func Sentence(code model.Code) (string, bool) {
	for _, topic := range []func(model.Code) string{
		ofJoiners, ofNewcomers, ofAdoption, ofTakenNames, ofTransfers, ofMissing, ofResumption, ofSettings,
		ofUnmanaged, ofKeptIDs, ofNotices, ofMissed,
		ofMapping, ofValues, ofTemplates, ofCalls,
		ofCertificates, ofEntries, ofGroups, ofGroupFaults, ofMemberSearches, ofRanges, ofUnread, ofReadAdvice, ofLogins, ofLoginAdvice,
		ofHandover, ofLeavers, ofLastLook, ofBelongings, ofOrders, ofUndo, ofEffects, ofLeaveAnswers, ofLeaveMeaning, ofOrderAnswers,
		ofGates, ofLimits, ofMasses, ofChecks, ofHeld, ofBaseline, ofLedger, ofPackage, ofBaselinePeople, ofConditions, ofClock, ofViews, ofScope,
		ofConfigFile, ofConfigKeys, ofConfigRules, ofConfigValues, ofConfigService, ofConfigServers, ofConfigLogin, ofConfigScope,
		ofServerCertificates, ofSecretFiles, ofCertificateFiles, ofNamedFiles, ofStateFolder,
		ofServerLook, ofSteps, ofDirectoryFindings, ofScopeFindings, ofFindings, ofBoldChoices, ofPeopleFindings, ofPackageFindings, ofServiceAdvice, ofRemembered, ofServiceSight, ofServiceTodo,
	} {
		if words := topic(code); words != "" {
			return words, true
		}
	}
	return "", false
}

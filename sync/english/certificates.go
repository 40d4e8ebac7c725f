package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofServerCertificates is what to do about the certificate of a server that was refused.
func ofServerCertificates(code model.Code) string {
	switch code {
	case "certificate-signed-weakly":
		return "the certificate is signed with {1}, which nobody trusts any more: have its authority issue a new one, signed with SHA-256"
	case "authority-is-another":
		return "set {1} to the certificate of the authority that signed the server's certificate: it holds another one now"
	case "authority-unknown":
		return "set {1} to the certificate of the authority that signed the server's certificate"
	case "server-name-differs":
		return "write the server's name into {1} as its certificate has it"
	case "certificate-without-name":
		return "the certificate has no subjectAltName, and its old common name (CN) counts no more: have its authority issue a new one for the server, " +
			"with subjectAltName={1}:{2}; {3} may stay as it is"
	case "certificate-breaks-rule":
		return "the certificate, or one of an authority of it, breaks a rule (see above): have its authority issue a new one"
	case "authority-not-for-servers":
		return "an authority of the certificate is not meant to sign for servers: have another one issue it"
	case "certificate-not-for-servers":
		return "the certificate is not meant for servers (its extended key usage lacks serverAuth): have its authority issue one that is, and let the server use that"

	case "certificate-not-begun":
		return "fix the clock of this machine (timedatectl): by it, {1} does not begin before {2}"
	case "certificate-ended":
		return "renew {1}, which ended on {2:date}; or fix the clock of this machine (timedatectl), if that is wrong"
	case "authority-ended":
		return "renew {1}, which ended on {2:date} {3}; or fix the clock of this machine (timedatectl), if that is wrong"
	case "certificate-of-server":
		return "the server's certificate"
	case "certificate-of-authority":
		return "the certificate of the authority {1:quoted}"
	case "let-server-send-authority":
		return "and let the server send the new one along"
	case "install-authority":
		return "and install the new one on this machine (package ca-certificates)"
	case "put-authority-into":
		return "and put the new one into {1}"
	}
	return ""
}

package config

import "github.com/threema-dirsync/threema-dirsync/ldapsource"

// login checks how the program logs in, and that what it needs for that is there, and nothing else.
func (v *validator) login(path string, s Source) {
	oneOf(v, path+".bind", s.Bind, BindSimple, BindExternal)
	if s.Bind == BindExternal {
		v.external(path, s)
		return
	}
	v.bindDN(path+".bind_dn", s)
	v.required(path+".bind_password_file", s.BindPasswordFile)
	switch {
	case s.ClientCertFile != "" && s.ClientKeyFile == "":
		v.failf(path+".client_key_file", "client_cert_file needs its key: write both or none")
	case s.ClientCertFile == "" && s.ClientKeyFile != "":
		v.failf(path+".client_cert_file", "client_key_file needs its certificate: write both or none")
	}
}

// external checks a login with a client certificate. bind_dn may be left out: it is no login then,
// but whom the server must take us for. With ldaps://, Active Directory takes the certificate for
// the login and refuses the one that follows (MS-ADTS 5.1.1.2).
func (v *validator) external(path string, s Source) {
	v.required(path+".client_cert_file", s.ClientCertFile)
	v.required(path+".client_key_file", s.ClientKeyFile)
	if s.BindPasswordFile != "" {
		v.failf(path+".bind_password_file", "bind: external logs in with client_cert_file and has no password; remove the key, or write bind: simple")
	}
	if s.BindDN != "" {
		v.bindDN(path+".bind_dn", s)
	}
	if s.Profile == ldapsource.ActiveDirectory && !s.StartTLS {
		v.failf(path+".start_tls", "Active Directory takes a login with a client certificate after StartTLS only; write start_tls: true, and ldap://… under urls")
	}
}

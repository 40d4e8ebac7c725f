package config

import (
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

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
		v.fail(path+".client_key_file", model.Because("client-key-required"))
	case s.ClientCertFile == "" && s.ClientKeyFile != "":
		v.fail(path+".client_cert_file", model.Because("client-certificate-required"))
	}
}

// external checks a login with a client certificate. bind_dn may be left out: it is no login then,
// but whom the server must take us for. With ldaps://, Active Directory takes the certificate for
// the login and refuses the one that follows (MS-ADTS 5.1.1.2).
func (v *validator) external(path string, s Source) {
	v.required(path+".client_cert_file", s.ClientCertFile)
	v.required(path+".client_key_file", s.ClientKeyFile)
	if s.BindPasswordFile != "" {
		v.fail(path+".bind_password_file", model.Because("external-with-password"))
	}
	if s.BindDN != "" {
		v.bindDN(path+".bind_dn", s)
	}
	if s.Profile == ldapsource.ActiveDirectory && !s.StartTLS {
		v.fail(path+".start_tls", model.Because("external-without-start-tls"))
	}
}

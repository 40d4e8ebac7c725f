package worksim

import "net/http"

func getLogo(c *call) (answer, error) {
	logo, found := c.world.logos[c.args[0]]
	if !found {
		return answer{}, notFound("logo")
	}
	return answer{status: http.StatusOK, raw: logo.Data, contentType: logo.ContentType}, nil
}

func deleteLogo(c *call) (answer, error) {
	if _, found := c.world.logos[c.args[0]]; !found {
		return answer{}, notFound("logo")
	}
	delete(c.world.logos, c.args[0])
	return done(), nil
}

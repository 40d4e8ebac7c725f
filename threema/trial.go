package threema

import "context"

// Trial is how one of the lists of the package answered to the first request of a pass for it.
type Trial struct {
	List        string // for people
	Came, Total int    // entries of the page, and of the whole list
	Err         error
}

// TryLists asks for the first page of each list that [Client.Inventory] reads, as that does, and of
// no more: what a pass needs is tried at the price of four requests.
func (c *Client) TryLists(ctx context.Context) []Trial {
	return []Trial{
		try(ctx, c, allCredentials()), try(ctx, c, usersWhere(nil)), try(ctx, c, allContacts()), try(ctx, c, allSettings()),
	}
}

func try[T any](ctx context.Context, c *Client, l listing[T]) Trial {
	p, _, err := firstPage(ctx, c, l)
	return Trial{List: l.name, Came: len(p.entries), Total: p.total, Err: err}
}

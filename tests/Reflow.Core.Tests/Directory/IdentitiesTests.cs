using Reflow.Core.Directory;
using Xunit;

namespace Reflow.Core.Tests.Directory;

public class IdentitiesTests
{
    const string Tenant = "736588c9260f175d";

    [Fact]
    public void An_open_id_has_its_form_and_differs_per_app_tenant_and_member()
    {
        string[] ids =
        [
            Identities.OpenId(Tenant, "cli_a", new Actor.User("u1")), Identities.OpenId(Tenant, "cli_b", new Actor.User("u1")),
            Identities.OpenId("736588c9260f175e", "cli_a", new Actor.User("u1")), Identities.OpenId(Tenant, "cli_a", new Actor.User("u2")),
            Identities.OpenId(Tenant, "cli_a", new Actor.App("u1")),
        ];
        Assert.All(ids, id => Assert.Matches("^ou_[0-9a-f]{32}$", id));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(ids[0], Identities.OpenId(Tenant, "cli_a", new Actor.User("u1")));
    }

    [Fact]
    public void An_actor_reads_back_what_it_wrote()
    {
        Assert.All<Actor>([new Actor.User("a:b"), new Actor.App("cli_a")], actor => Assert.Equal(actor, Actor.Parse(actor.ToString()!)));
        Assert.Throws<FormatException>(() => Actor.Parse("nobody"));
    }
}

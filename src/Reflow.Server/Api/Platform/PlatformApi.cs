using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>The operations of tokens and people.</summary>
static class PlatformApi
{
    /// <summary>Serves them all.</summary>
    public static void Serve(Routes routes, Db db, Tokens tokens, RateLimits limits, byte[] key, TimeProvider clock, Chance chance)
    {
        var grants = new GrantStore(db, tokens, new(chance));
        IssueTokens.Serve(routes, db, tokens);
        StoreAppTokens.Serve(routes, db, tokens);
        Authorize.Serve(routes, db, key, clock, chance);
        OAuthTokens.Serve(routes, db, grants, limits);
        AuthenTokens.Serve(routes, db, grants);
        GetUserInfo.Serve(routes, db);
        GetUser.Serve(routes, db);
        BatchUsers.Serve(routes, db);
        FindUserIds.Serve(routes, db);
        FindUsersByDepartment.Serve(routes, db);
        GetDepartment.Serve(routes, db);
        BatchDepartments.Serve(routes, db);
        ListChildDepartments.Serve(routes, db);
        GetBot.Serve(routes, db);
        GetTenant.Serve(routes, db);
    }
}

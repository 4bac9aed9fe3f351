using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/user/query (contracts: project §2.5): people by user key, out_id or address, in the order asked for. Needs no X-USER-KEY.</summary>
static class QueryUsers
{
    const int Most = 100;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.user.query", async call =>
    {
        var (keys, outIds, emails) = (Names(call.Body, "user_keys"), Names(call.Body, "out_ids"), Names(call.Body, "emails"));
        if (call.Body.Fault() is { } fault) return fault;
        if (keys.Count + outIds.Count + emails.Count > Most) return ProjectErrors.TooManyUsers;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            List<ProjectUser> found = [];
            if (await Add(keys, ProjectPeople.ByKey) is { } noKey) return noKey;
            if (await Add(outIds, ProjectPeople.ByOutId) is { } noId) return noId;
            if (await Add(emails, ProjectPeople.ByEmail) is { } noEmail) return noEmail;
            return Reply.Data(json => UserJson.Write(json, found));

            async ValueTask<Error?> Add(IReadOnlyList<string> names, Func<Session, string, ValueTask<ProjectUser?>> by)
            {
                foreach (var name in names)
                    if (await by(session, name) is { } user) found.Add(user);
                    else return ProjectErrors.UserNotFound.Because($"Nobody is {name}.");
                return null;
            }
        }, call.Aborted);
    });

    static IReadOnlyList<string> Names(Input body, string name) => body.Says(name) ? body.Texts(name, 10_000) : [];
}

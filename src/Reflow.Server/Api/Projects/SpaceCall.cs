using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>The steps that calls about a space and its definitions share: the space, then what the operation makes of it.</summary>
static class SpaceCall
{
    /// <summary>Reads a space that the caller may enter.</summary>
    public static Task<Reply> Read(Call call, ProjectStore projects, string keyOrName, Func<Session, Space, ValueTask<Reply>> then) =>
        projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (space, refused) = await ItemCall.Space(session, projects, call, keyOrName);
            return refused is not null ? refused : await then(session, space!);
        }, call.Aborted);

    /// <summary>Reads a type of the path's space; <paramref name="unknown"/> when the space has none of this key.</summary>
    public static Task<Reply> ReadType(Call call, ProjectStore projects, string type, Error unknown, Func<Space, WorkItemType, Reply> then) =>
        Read(call, projects, call.Path("project_key"), (_, space) =>
            new(space.Project.Types.FirstOrDefault(t => t.Key == type) is { } known ? then(space, known) : unknown));

    /// <summary>
    /// The space of a call that changes definitions: one that the caller may enter and administers (10005).
    /// </summary>
    public static Task<(Space? Space, Error? Error)> Administered(Call call, ProjectStore projects, string keyOrName) =>
        projects.Read(call.Caller.Tenant, async session =>
        {
            var (space, refused) = await ItemCall.Space(session, projects, call, keyOrName);
            return refused is null && !space!.Project.Administrators.Contains(ProjectDoor.UserKey(call)) ? (null, ProjectErrors.NotAdministrator) : (space, refused);
        }, call.Aborted);
}

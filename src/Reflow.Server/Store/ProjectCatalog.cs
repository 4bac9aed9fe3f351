using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Projects;

namespace Reflow.Server.Store;

/// <summary>The definitions of spaces: which there are, where a plugin is installed, and their changes by calls.</summary>
sealed class ProjectCatalog(Db db, ProjectStore projects, Ids ids)
{
    /// <summary>Makes the id of a new template.</summary>
    public long NewId() => ids.Number();

    /// <summary>The spaces of the tenant that a plugin is installed in, by key.</summary>
    /// <param name="session">The tenant's session.</param>
    /// <param name="installed">Where it is installed: see <see cref="Space.IsAmong"/>.</param>
    public async ValueTask<IReadOnlyList<Space>> Installed(Session session, IReadOnlyList<string> installed)
    {
        List<Space> spaces = [];
        foreach (var key in await session.Query("select project_key from project where tenant = $1 order by project_key", r => r.GetString(0)))
            if (await projects.Find(session, key) is { } space && space.IsAmong(installed)) spaces.Add(space);
        return spaces;
    }

    /// <summary>
    /// Changes the definitions of a space and records it, in one transaction; null on success. Items go on with the template version that they have.
    /// </summary>
    public Task<Error?> Change(string tenant, string key, Actor by, string operation, long at, Func<Session, Project, ValueTask<(Project? Changed, Error? Error)>> change, CancellationToken ct) =>
        db.Change<Error?>(tenant, async session =>
        {
            if (await projects.Find(session, key) is not { } space) return ProjectErrors.TokenNotPermitted;
            var (changed, error) = await change(session, space.Project);
            if (error is not null) return error;
            if (await ProjectStore.Put(session, changed!) is Control.Outcome.Unchanged) return null;
            var seq = await session.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and kind = 'project' and id = $2", r => r.GetInt64(0), changed!.Key);
            await History.Append(session, "project", changed.Key, seq, at, by.ToString(), operation, "[\"definitions changed\"]");
            return null;
        }, ct);
}

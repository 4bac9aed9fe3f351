using System.Text.Json;

namespace Reflow.Server.Store;

/// <summary>Finds members as Feishu Project knows them: those who have a user key.</summary>
static class ProjectPeople
{
    const string Columns = "user_key, user_id, union_id, name, en_name, email, doc";

    /// <summary>The member with this user key; null when nobody has it.</summary>
    public static ValueTask<ProjectUser?> ByKey(Session session, string key) => session.Find($"select {Columns} from member where tenant = $1 and user_key = $2", Read, key);

    /// <summary>The member with this <c>user_id</c>, if they have a user key.</summary>
    public static ValueTask<ProjectUser?> ByUserId(Session session, string id) =>
        session.Find($"select {Columns} from member where tenant = $1 and user_id = $2 and user_key is not null", Read, id);

    /// <summary>The member with this union_id, which is the wire's <c>out_id</c>.</summary>
    public static ValueTask<ProjectUser?> ByOutId(Session session, string id) =>
        session.Find($"select {Columns} from member{session.Engine.By("member_union_id")} where tenant = $1 and union_id = $2 and user_key is not null", Read, id);

    /// <summary>The member with this address.</summary>
    public static ValueTask<ProjectUser?> ByEmail(Session session, string email) =>
        session.Find($"select {Columns} from member{session.Engine.By("member_email")} where tenant = $1 and lower(email) = lower($2) and user_key is not null", Read, email);

    /// <summary>Those whose name, English name, address or user key has this text in it, at most so many.</summary>
    public static ValueTask<List<ProjectUser>> Matching(Session session, string text, int most) => session.Query($"""
        select {Columns} from member where tenant = $1 and user_key is not null
        and ({string.Join(" or ", new[] { ("name", "$2"), ("lower(en_name)", "lower($2)"), ("lower(coalesce(email, ''))", "lower($2)"), ("user_key", "$2") }.Select(search => session.Engine.HasPart(search.Item1, search.Item2)))})
        order by user_key limit $3
        """, Read, text, most);

    static ProjectUser Read(System.Data.Common.DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.TextOrNull(5) ?? "",
        JsonSerializer.Deserialize(row.GetString(6), StoreJson.Default.MemberDocument)!);
}

/// <summary>A member as Feishu Project shows them.</summary>
/// <param name="Key">The <c>user_key</c>.</param>
/// <param name="UserId">The <c>user_id</c>, under which history knows them.</param>
/// <param name="OutId">The <c>out_id</c>, their union_id.</param>
/// <param name="Name">Their name.</param>
/// <param name="EnglishName">Their English name; may be empty.</param>
/// <param name="Email">Their address; may be empty.</param>
/// <param name="Document">Status and picture.</param>
sealed record ProjectUser(string Key, string UserId, string OutId, string Name, string EnglishName, string Email, MemberDocument Document)
{
    /// <summary>Whether they may act no more (10302).</summary>
    public bool IsGone => Document.IsResigned || Document.IsFrozen;
}

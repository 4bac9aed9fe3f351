using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>Each kind of fault, with its line, column and path.</summary>
public class WorkspaceFaultTests
{
    const string Tenant = "tenants:\n- tenant_key: 736588c9260f175d\n  name: A\n";

    static readonly string ManyUsers = Tenant + "  users:\n" + string.Concat(Enumerable.Range(0, 25).Select(_ => "  - {}\n"));

    [Theory]
    [InlineData("nothing: 1\n", "f:1:1: tenants: is missing.\nf:1:1: nothing: is not known here.")]
    [InlineData("tenants: []\n", "f:1:10: tenants: must not be empty.")]
    [InlineData("tenants: 1\n", "f:1:10: tenants: must be a list, not a text.")]
    [InlineData("tenants:\n- a\n", "f:2:3: tenants[0]: must have members, not be a text.")]
    [InlineData("tenants:\n- name: A\n", "f:2:3: tenants[0].tenant_key: is missing.")]
    [InlineData("tenants:\n- tenant_key: ~\n  name: A\n", "f:2:3: tenants[0].tenant_key: is missing.")]
    [InlineData("tenants:\n- tenant_key: 12\n  name: A\n", "f:2:15: tenants[0].tenant_key: must be 16 lower-case hexadecimal digits.")]
    [InlineData("tenants:\n- tenant_key: [a]\n  name: {}\n", "f:2:15: tenants[0].tenant_key: must be a text, not a list.\nf:3:9: tenants[0].name: must be a text, not members.")]
    [InlineData("tenants:\n- tenant_key: 736588c9260f175d\n  name: ''\n", "f:3:9: tenants[0].name: must not be empty.")]
    [InlineData(Tenant + "  nane: B\n", "f:4:3: tenants[0].nane: is not known here; did you mean name?")]
    [InlineData(Tenant + "  name: B\n", "f:4:3: The member name is there twice; the first one is in line 3.")]
    [InlineData(Tenant + "- tenant_key: 736588c9260f175d\n  name: B\n", "f:4:15: tenants[1].tenant_key: 736588c9260f175d is taken: tenants[0].tenant_key in line 2 is the same.")]
    [InlineData(Tenant + "  users:\n  - {user_id: a, name: A}\n  - {user_id: b, name: B, leader: c}\n  - {user_id: a, name: C}\n",
        "f:6:35: tenants[0].users[1].leader: There is no user c in this file.\nf:7:15: tenants[0].users[2].user_id: a is taken: tenants[0].users[0].user_id in line 5 is the same.")]
    [InlineData(Tenant + "  users:\n  - {user_id: a, name: A, kunlun_id: 0, gender: it, is_tenant_manager: yes, employee_type: '1', join_time: -1, leader: a}\n",
        "f:5:38: tenants[0].users[0].kunlun_id: must be a decimal number of at most 19 digits.\nf:5:49: tenants[0].users[0].gender: must be one of unknown, male, female, other.\n"
        + "f:5:72: tenants[0].users[0].is_tenant_manager: must be true or false, without quotes.\nf:5:92: tenants[0].users[0].employee_type: must be an integer, without quotes.\n"
        + "f:5:108: tenants[0].users[0].join_time: must be between 0 and 253402300799.\nf:5:120: tenants[0].users[0].leader: nobody leads themself.")]
    [InlineData(Tenant + "  users:\n  - {user_id: a, name: A, department_ids: ['0', x, x, []]}\n",
        "f:5:49: tenants[0].users[0].department_ids[1]: There is no department x in this file.\nf:5:52: tenants[0].users[0].department_ids[2]: x is there twice.\nf:5:55: tenants[0].users[0].department_ids[3]: must be a text, not a list.")]
    [InlineData(Tenant + "  departments:\n  - {department_id: a, name: A, parent: c}\n  - {department_id: b, name: B, parent: a}\n  - {department_id: c, name: C, parent: b, i18n_name: {zh-cn: x}}\n",
        "f:6:41: tenants[0].departments[1].parent: makes a department stand under itself.\nf:7:63: tenants[0].departments[2].i18n_name.zh-cn: is no known language; did you mean zh-CN?")]
    [InlineData(Tenant + "  apps:\n  - {app_id: cli_a1b2c3d4e5f60001, secret: short, scopes: [all]}\n",
        "f:5:44: tenants[0].apps[0].secret: must be 16 to 128 letters and digits.\nf:5:60: tenants[0].apps[0].scopes[0]: must be a scope such as task:task:readonly.")]
    [InlineData(Tenant + "  apps:\n  - {app_id: cli_a1b2c3d4e5f60001, secret: aaaaaaaaaaaaaaaa}\n- tenant_key: 736588c9260f175e\n  name: B\n  apps:\n  - {app_id: cli_a1b2c3d4e5f60001, secret: aaaaaaaaaaaaaaaa}\n",
        "f:9:14: tenants[1].apps[0].app_id: cli_a1b2c3d4e5f60001 is taken: tenants[0].apps[0].app_id in line 5 is the same.")]
    [InlineData(Tenant + "  tasks:\n  - task_id: 0d38e26e-190a-49e9-93a2-35067763ed01\n    creator: {}\n    due: {is_all_day: true}\n    create_time: May\n",
        "f:5:5: tenants[0].tasks[0]: Both summary and rich_summary are empty.\nf:6:14: tenants[0].tasks[0].creator: is either an app or a user.\nf:7:10: tenants[0].tasks[0].due.time: is missing.\n"
        + "f:8:18: tenants[0].tasks[0].create_time: must be a time such as 2026-05-01T09:00:00+08:00, 2026-05-01, or +3d, -2h, +30m from when the file is applied.")]
    [InlineData(Tenant + "  users:\n  - {user_id: a, name: A}\n  - {user_id: b, name: B}\n  tasks:\n  - task_id: 0d38e26e-190a-49e9-93a2-35067763ed01\n    creator: {user: a}\n    summary: S\n    due: {time: +1d}\n    reminders:\n    - relative_fire_minute: 30\n    - {relative_fire_minute: 30}\n    - {relative_fire_minute: soon, minutes: 1}\n",
        "f:14:7: tenants[0].tasks[0].reminders[1]: already exists duplicate reminder time\nf:15:30: tenants[0].tasks[0].reminders[2].relative_fire_minute: must be an integer, without quotes.\nf:15:36: tenants[0].tasks[0].reminders[2].minutes: is not known here.")]
    [InlineData(Tenant + "  users:\n  - {user_id: a, name: A}\n  tasks:\n  - task_id: 0d38e26e-190a-49e9-93a2-35067763ed01\n    creator: {user: a}\n    summary: S\n    reminders: [{relative_fire_minute: 30}]\n",
        "f:10:17: tenants[0].tasks[0].reminders[0]: task due time not set")]
    [InlineData(Tenant + "  users:\n  - {user_id: a, name: A}\n  - {user_id: b, name: B}\n  tasks:\n  - task_id: 0d38e26e-190a-49e9-93a2-35067763ed01\n    creator: {user: a}\n    summary: S\n    comments:\n"
        + "    - {comment_id: 1, creator: {user: b}, content: x}\n    - {comment_id: 1, creator: {user: a}}\n    - {comment_id: 3, creator: {user: a}, content: x, parent_id: 4}\n    - {comment_id: 4, creator: {}, rich_content: <at id=a>}\n",
        "f:13:7: tenants[0].tasks[0].comments[1]: comment is empty\nf:13:20: tenants[0].tasks[0].comments[1].comment_id: 1 is there twice.\n"
        + "f:14:66: tenants[0].tasks[0].comments[2].parent_id: is no comment of this task that stands before.\nf:15:7: tenants[0].tasks[0].comments[3]: failed to parse rich_content\nf:15:32: tenants[0].tasks[0].comments[3].creator: is either an app or a user.")]
    [InlineData("tenants: [\n", "f:2:1: This is not YAML: while parsing a node, did not find expected node content.")]
    public void A_fault_says_where_and_what(string text, string faults)
    {
        var reading = Workspace.Parse("f", text);
        Assert.Equal(faults, reading.ToString());
        Assert.Null(reading.Workspace);
    }

    [Fact]
    public void What_one_tenant_declares_another_does_not_see() =>
        Assert.Equal("f:9:37: tenants[1].users[0].leader: There is no user amy in this file; did you mean any?", Workspace.Parse("f",
            Tenant + "  users:\n  - {user_id: amy, name: A}\n- tenant_key: 736588c9260f175e\n  name: B\n  users:\n  - {user_id: any, name: B, leader: amy}\n").ToString());

    [Fact]
    public void At_most_twenty_faults_are_shown_in_the_order_of_the_file()
    {
        var reading = Workspace.Parse("f", ManyUsers);
        Assert.Equal((20, 50), (reading.Faults.Count, reading.FaultCount));
        Assert.Equal(Enumerable.Range(5, 10).SelectMany(line => new long[] { line, line }), reading.Faults.Select(f => f.Line));
        Assert.EndsWith("\n… and 30 more", reading.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_fault()
    {
        Assert.Matches("^/nowhere/w.yaml: The file cannot be read: .+$", Workspace.Load("/nowhere/w.yaml").ToString());
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, [0xff, 0xfe, 0xfd, (byte)'a', 0xff]);
        Assert.False(string.IsNullOrEmpty(Workspace.Load(file).ToString()));
        File.WriteAllBytes(file, [(byte)'a', (byte)':', (byte)' ', 0xff]);
        Assert.Equal($"{file}: The file is not UTF-8.", Workspace.Load(file).ToString());
        File.Delete(file);
    }

    [Fact]
    public void Aliases_stand_for_what_they_name()
    {
        var reading = Workspace.Parse("f", Tenant + "  users:\n  - {user_id: a, name: &n A}\n  - {user_id: b, name: *n}\n");
        Assert.Equal("A", reading.Workspace!.Tenants[0].Directory.Users[1].Name);
    }
}
